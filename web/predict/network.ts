/** A network that pictures are shown to. */
import { type Backend, nn } from 'receptive';
import { isCheckpoint, openCheckpoint, openPretrained, type TrainedNetwork } from 'receptive/catalog';
import { gradCam } from 'receptive/insight';
import { openKept } from '../training/kept.js';
import type { Opened, Source } from './messages.js';

export interface Network {
  readonly trained: TrainedNetwork;
  readonly backend: Backend;
  readonly about: Opened;
}

/** The file has weights and no run, so that somebody must say which network they are of. */
export class NeedsModel extends Error {}

export async function openNetwork(source: Source, backend: Backend): Promise<Network> {
  const { trained, accuracy } = await trainedOf(source);
  trained.model.to(backend).eval();
  return { trained, backend, about: { ...aboutOf(trained, backend), accuracy } };
}

async function trainedOf(source: Source): Promise<{ trained: TrainedNetwork; accuracy: number | null }> {
  if ('site' in source) {
    const { site } = source;
    const [bytes, about] = await Promise.all([load('mnist-net.safetensors', site), load('mnist-net.json', site)]);
    const { accuracy } = JSON.parse(new TextDecoder().decode(about)) as { accuracy: number };
    return { trained: await openCheckpoint(bytes, 'mnist-net.safetensors'), accuracy };
  }
  if ('kept' in source) return ofRun(await openKept(source.kept), source.kept);
  const { file, model } = source;
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (model !== null) return { trained: await openPretrained(bytes, { model }, file.name), accuracy: null };
  if (!isCheckpoint(bytes, file.name)) throw new NeedsModel(`${file.name} has weights alone, and no run`);
  return ofRun(bytes, file.name);
}

async function ofRun(bytes: Uint8Array, name: string): Promise<{ trained: TrainedNetwork; accuracy: number | null }> {
  const trained = await openCheckpoint(bytes, name);
  return { trained, accuracy: trained.epochs.at(-1)?.validation?.accuracy ?? null };
}

async function load(name: string, site: string): Promise<Uint8Array> {
  const address = new URL(`data/${name}`, site);
  const response = await fetch(address).catch((error) => {
    throw new Error(`${address} can't be loaded: is the connection lost?`, { cause: error });
  });
  // Where there is no file, development servers answer with their index page.
  if (!response.ok || response.headers.get('content-type')?.startsWith('text/html')) {
    throw new Error(`${address} can't be loaded: the site answers with HTTP ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

function aboutOf({ model, options, images, epochs }: TrainedNetwork, backend: Backend): Omit<Opened, 'accuracy'> {
  const { layers } = nn.summary(model, [1, ...images.shape]);
  const called = layers.filter((layer) => layer.outputShape !== null);
  const blank = backend.tensor(new Float32Array(images.shape.reduce((a, b) => a * b)), [1, ...images.shape]);
  const mapped = [...new Set(called.filter(({ outputShape }) => outputShape!.length === 4).map(({ name }) => name))];
  const hasConvolution = called.some(({ type }) => type === 'Conv2d');
  return {
    model: options.model,
    data: options.data,
    epochs: epochs.length,
    seed: epochs.length > 0 ? options.seed : null,
    classes: images.classes,
    shape: images.shape,
    layers: called,
    mapped,
    mappedFirst: hasConvolution ? gradCam(model, blank, 0).layer : null,
    knowsDigits: options.data === 'mnist',
    hasImages: options.data === 'mnist',
  };
}
