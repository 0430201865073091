/**
 * `receptive/insight`: looking inside a network, on any backend. What every layer gave, and the gradient that came back to it; which
 * pixels decided, and which a number sees at all; which images the network takes for similar: for these, the model is looked at in
 * evaluation mode, and its gradients aren't touched. And every call of a training step, which way gradients go when they come back, how
 * large they are on it, and whether they are right.
 */
export { type BackwardSteps, backwardSteps, type Gift, type GraphEntry } from './backwardSteps.js';
export { differenceQuotient } from './differenceQuotient.js';
export { features, type NearestOptions, type Neighbour, nearest } from './features.js';
export { type GradCam, type GradCamOptions, gradCam } from './gradCam.js';
export { gradientNorms } from './gradientNorms.js';
export { type Gradients, type LayerGradient, layerGradients, type Magnitude, magnitude } from './layerGradients.js';
export { type LayerOutput, type Look, layerOutputs } from './layerOutputs.js';
export { type Field, receptiveField } from './receptiveField.js';
export { type RecordedCall, RecordingBackend } from './recording.js';
export { saliency } from './saliency.js';
