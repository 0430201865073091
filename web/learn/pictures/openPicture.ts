/** A file becomes pixels. */
import { decodeImage, transforms } from 'receptive/data';
import { longest, type OwnPicture } from './messages.js';

export async function openPicture(file: File): Promise<OwnPicture> {
  const picture = await decodeImage(new Uint8Array(await file.arrayBuffer()), file.name);
  const { width, height } = picture;
  const scale = longest / Math.max(width, height);
  if (scale >= 1) return { name: file.name, picture, size: null };
  const to = (side: number) => Math.max(1, Math.round(side * scale));
  const smaller = transforms.functional.resize(picture, [to(height), to(width)]);
  return { name: file.name, picture: smaller, size: { width, height } };
}
