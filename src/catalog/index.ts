/**
 * `receptive/catalog`: what can be asked for by name, in Node and in a browser. Networks and data sets, what a run is made of,
 * and opening what a run left.
 */
export { parseClassNames } from './classNames.js';
export { type DataSet, type DataSetName, dataSetNamed, dataSetNames, dataSets } from './dataSets.js';
export { exportOnnx } from './exportOnnx.js';
export { imageOfPicture, type PictureOptions } from './imageOfPicture.js';
export {
  type ImageChoice,
  type Images,
  imagesOf,
  type Limits,
  type LoadOptions,
  loadImages,
  PICTURE_FOLDER,
  testLoader,
  trainingLoader,
} from './images.js';
export {
  createNetwork,
  type Network,
  type NetworkChoice,
  type NetworkGroup,
  type NetworkName,
  type NetworkOptions,
  networkGroups,
  networkNamed,
  networkNames,
  networks,
  networksByGroup,
} from './networks.js';
export { openCheckpoint, runOptionsOf, type TrainedNetwork } from './openCheckpoint.js';
export { openPretrained, type PretrainedChoice, preparedImage } from './openPretrained.js';
export { aboutPictures, hasSamePictures, picturesKept } from './pictureFolder.js';
export { isCheckpoint, loadWeights, weightsOf } from './pretrained.js';
export {
  agrees,
  checkRecipe,
  completeRecipe,
  createRecipe,
  type Recipe,
  type RecipeOptions,
  type RunLength,
} from './recipe.js';
export { optimizers, schedulers } from './recipeNames.js';
export { checkOptions, type RunOptions, runOptions } from './runOptions.js';
export {
  exportTorch,
  type TorchExportOptions,
  type TorchFile,
  type TorchNetwork,
  type TorchSchedule,
  torchFiles,
  torchNetwork,
  torchOptimizer,
  torchSchedule,
  torchWarmup,
} from './torch/index.js';
