/** onnxruntime-web on WASM, with torchvision's ResNet-18, which PyTorch writes as ONNX. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { images, serve, shapeOf } from './worker.js';

const EXPORT = `
import sys, torch, torchvision
model = torchvision.models.resnet18().eval()
torch.onnx.export(model, torch.zeros(1, 3, 224, 224), sys.argv[1], opset_version=13, input_names=['x'], output_names=['y'])
`;

await serve(async ({ net, threads, python }) => {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = threads;
  const folder = await mkdtemp(join(tmpdir(), 'resnet18-'));
  const path = join(folder, 'resnet18.onnx');
  if (!python) throw new Error('no python3 here has torch, which writes the model');
  execFileSync(python, ['-c', EXPORT, path], { stdio: 'ignore' });
  const session = await ort.InferenceSession.create(readFileSync(path), { executionProviders: ['wasm'] });
  await rm(folder, { recursive: true });
  const x = new ort.Tensor('float32', images(shapeOf(net)), shapeOf(net));
  return { version: ort.env.versions.web, step: () => session.run({ x }) };
});
