/** From a description to pixels: what a program does with a vector image when it is to be seen. */

/** A disc by its description. The picture reaches from 0 to 1, from left to right and from top to bottom. */
export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Points in a pixel, in each direction, that are asked whether they lie in the disc. */
const points = 8;

/** The disc as side x side bytes: 255 where it covers a pixel wholly, less where it covers a part of it. */
export function rasterOf({ x, y, radius }: Disc, side: number): Uint8Array {
  const inside = (a: number, b: number) => Number((a - x) ** 2 + (b - y) ** 2 <= radius ** 2);
  return Uint8Array.from({ length: side * side }, (_, at) => {
    const [row, column] = [Math.floor(at / side), at % side];
    let covered = 0;
    for (let i = 0; i < points; i++) {
      for (let j = 0; j < points; j++) {
        covered += inside((column + (j + 0.5) / points) / side, (row + (i + 0.5) / points) / side);
      }
    }
    return Math.round((255 * covered) / points ** 2);
  });
}
