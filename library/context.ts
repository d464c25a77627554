/**
 * What this process is to the library: where the project is, and, in a step, what the step's request fixes. It is
 * kept on `globalThis` because a packaged process holds two copies of this code (its own bundle and the `slipway`
 * that cells and steps import), which must agree.
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { CatalogFeature } from '../catalog/feature.ts'
import type { StepEvent } from './steps/request.ts'

export interface LibraryContext {
  /** The project's root, absolute. */
  readonly root: string
  /** Where `model('x.slip')` looks before the root. */
  readonly modelFolder?: string
  /** When given, the catalog features there are; no live catalog is asked. */
  readonly catalogFeatures?: readonly CatalogFeature[]
  /** Seed of what draws at random and is not told otherwise. */
  readonly seed?: number
  /** Where a step's progress and metrics go. */
  readonly emit?: (event: StepEvent) => void
}

const contextKey = Symbol.for('slipway.context')

interface Shared {
  [contextKey]?: LibraryContext
}

/** Fixes the context of this process. Called by a process's main before any user code runs. */
export function setContext(context: LibraryContext): void {
  ;(globalThis as Shared)[contextKey] = context
}

/** The context: what was set, else the project around the working folder. */
export function currentContext(): LibraryContext {
  return (globalThis as Shared)[contextKey] ?? { root: defaultRoot() }
}

/** The nearest folder at or above `from` that has a slipway.json. */
export function findProjectRoot(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'slipway.json'))) return folder
    if (folder === dirname(folder)) return undefined
  }
}

function defaultRoot(): string {
  const named = process.env['SLIPWAY_ROOT']
  return named ? resolve(named) : (findProjectRoot(process.cwd()) ?? process.cwd())
}
