/** What the rest of the house may use of promotion. */
export * from './errors.ts'
export * from './manifest.ts'
export * from './version.ts'
export { canonicalJson } from './canonical-json.ts'
