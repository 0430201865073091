/** The cases as a table. The compiler demands one for each operation. */
import type { OperationName } from '../../ops/index.js';
import type { OperationCase } from '../case.js';
import * as all from './all.js';

/** What the kit knows of each operation: problems, sizes, error budget, gradients. */
export const cases: Readonly<Record<OperationName, OperationCase>> = all;
