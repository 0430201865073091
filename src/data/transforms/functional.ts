/** `torchvision.transforms.functional`: what the transforms do once their parameters are drawn. */
export { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './color.js';
export { type Box, centerCrop, crop, type Padding, pad } from './crop.js';
export { erase } from './erasing.js';
export { hflip } from './flip.js';
export { resizedCrop } from './randomResizedCrop.js';
export { type ResizeOptions, resize } from './resize.js';
export { type RotateOptions, rotate } from './rotate.js';
export { normalize, toTensor } from './tensor.js';
