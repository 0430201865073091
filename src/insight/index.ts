/**
 * `receptive/insight`: looking inside a network, on any backend. What every layer gave, which pixels decided, which images the network
 * takes for similar. The model stays as it was: it is looked at in evaluation mode, and its gradients aren't touched.
 */
export { features, type NearestOptions, type Neighbour, nearest } from './features.js';
export { type GradCam, type GradCamOptions, gradCam } from './gradCam.js';
export { type LayerOutput, type Look, layerOutputs } from './layerOutputs.js';
export { saliency } from './saliency.js';
