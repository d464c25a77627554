/** What the rest of the house may use of the language. Filled in by the modules of this folder. */
export type * from './plan.ts'
export type * from './types.ts'
export { planVersion } from './plan.ts'
