/** A picture of the reader's own: drawn, or chosen as a file. */
import { useMemo } from 'preact/hooks';
import type { Pixels } from 'receptive/data';
import { FileButton } from '../../forms/fileButton.js';
import { Drawing } from '../../predict/drawing.js';
import { Pad } from '../../predict/pad.js';
import { texts } from '../../shell/settings.js';

export function OwnPicture({
  picture,
  onChoose,
}: {
  readonly picture: Pixels | File | null;
  readonly onChoose: (picture: Pixels | File | null) => void;
}) {
  const { network: text, predict } = texts.value;
  const drawing = useMemo(() => new Drawing(), []);
  return (
    <div class="own">
      <p>{text.ownHint}</p>
      <Pad drawing={drawing} onDraw={(make) => onChoose(make?.() ?? null)}>
        <FileButton accept="image/png,image/jpeg,image/webp" label={predict.choosePicture} onFile={onChoose} />
      </Pad>
      {picture instanceof File && <p role="status">{text.shownPicture(picture.name)}</p>}
    </div>
  );
}
