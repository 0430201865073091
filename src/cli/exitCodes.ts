/** Exit codes of `check`. 0 says that all laws hold, or all but what WGSL allows. */
export const WRONG = 1;
export const COULD_NOT_RUN = 2;
