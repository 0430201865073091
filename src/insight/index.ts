/**
 * `receptive/insight`: looking inside a network, on any backend. What every layer gave, which pixels decided, which images the network
 * takes for similar: for these, the model is looked at in evaluation mode, and its gradients aren't touched. And which way gradients go
 * when they come back, how large they are on it, and whether they are right.
 */
export { type BackwardSteps, backwardSteps, type Gift, type GraphEntry } from './backwardSteps.js';
export { differenceQuotient } from './differenceQuotient.js';
export { features, type NearestOptions, type Neighbour, nearest } from './features.js';
export { type GradCam, type GradCamOptions, gradCam } from './gradCam.js';
export { gradientNorms } from './gradientNorms.js';
export { type LayerOutput, type Look, layerOutputs } from './layerOutputs.js';
export { saliency } from './saliency.js';
