/** A drawing, or a file that may be a picture, as pixels, and what messages call it. */
import { decodeImage, type Pixels } from 'receptive/data';

const MOST_BYTES = 200e6;

export async function openPicture(picture: Pixels | File): Promise<{ pixels: Pixels; name: string }> {
  if (!(picture instanceof File)) return { pixels: picture, name: 'the drawing' };
  const { name, size } = picture;
  if (size > MOST_BYTES)
    throw new Error(`${name}: has ${Math.round(size / 1e6)} MB, and a picture may have ${MOST_BYTES / 1e6}`);
  return { pixels: await decodeImage(new Uint8Array(await picture.arrayBuffer()), name), name };
}
