/**
 * SHA-256: 32 bytes that stand for any others. Where the platform has it, the platform computes it. Browsers have it on secure pages only
 * (https, localhost); on others, such as those of a school's own server, it is computed here.
 *
 * Source: FIPS 180-4, sections 4.1.2, 5.1.1 and 6.2.2, https://doi.org/10.6028/NIST.FIPS.180-4
 */

/** The digest in hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = crypto;
  const digest = subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : sha256Here(bytes);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const BLOCK = 64;
/** Behind the message: a bit 1, zeros, and the message's length in bits as 8 bytes. */
const LENGTH = 8;

/** Computed here. */
export function sha256Here(bytes: Uint8Array): Uint8Array {
  const hash = Int32Array.from(firstPrimes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const padded = new Uint8Array(BLOCK * Math.ceil((bytes.length + 1 + LENGTH) / BLOCK));
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length * 8);
  const words = new Int32Array(BLOCK);
  for (let at = 0; at < padded.length; at += BLOCK) {
    for (let t = 0; t < 16; t++) words[t] = view.getInt32(at + 4 * t);
    addBlock(hash, words);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (const [i, word] of hash.entries()) digest.setInt32(4 * i, word);
  return new Uint8Array(digest.buffer);
}

/** Takes a block into the hash; `words` has its 16 words, and room for the 48 that are made of them. */
function addBlock(hash: Int32Array, words: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const w2 = words[t - 2];
    const w15 = words[t - 15];
    const s0 = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >>> 3);
    const s1 = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >>> 10);
    words[t] = (s1 + words[t - 7] + s0 + words[t - 16]) | 0;
  }
  let [a, b, c, d, e, f, g, h] = hash;
  for (let t = 0; t < 64; t++) {
    const s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + s1 + choice + constants[t] + words[t]) | 0;
    const s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + s0 + majority) | 0;
  }
  hash[0] += a;
  hash[1] += b;
  hash[2] += c;
  hash[3] += d;
  hash[4] += e;
  hash[5] += f;
  hash[6] += g;
  hash[7] += h;
}

const rotated = (word: number, by: number) => (word >>> by) | (word << (32 - by));

const firstPrimes = primes(64);
/** The first 32 bits of the fractions of the primes' cube roots, as those of their square roots are what the hash begins with. */
const constants = Int32Array.from(firstPrimes, (prime) => fraction(Math.cbrt(prime)));

function fraction(root: number): number {
  return Math.floor((root % 1) * 2 ** 32);
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n);
  return found;
}
