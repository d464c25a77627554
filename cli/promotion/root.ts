/**
 * Which folder is the project of a notebook or of a pipeline, also where none was made: any notebook can be
 * promoted, and a pipeline be written anywhere.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { configFile } from '../../library/config.ts'
import { findProjectRoot } from '../../library/context.ts'
import { slashes } from '../pipeline.ts'

/** In a pipeline's folder, of this machine alone: where its project is, when that is not around it. */
const placeFile = '.slipway/project.json'

/**
 * The nearest folder upwards with a slipway.json, else the notebook's own: where its cells ran, and where they found
 * their files.
 */
export function rootOfNotebook(file: string): string {
  return findProjectRoot(dirname(file)) ?? dirname(file)
}

/**
 * What was noted when it was written, else the nearest folder upwards with a slipway.json, else the one that
 * `pipelines/` lies in, else its own.
 */
export function rootOfPipeline(folder: string): string {
  const around = dirname(folder)
  return (
    notedRoot(folder) ??
    findProjectRoot(folder) ??
    (basename(around) === 'pipelines' ? dirname(around) : folder)
  )
}

function notedRoot(folder: string): string | undefined {
  try {
    const { root } = JSON.parse(readFileSync(join(folder, placeFile), 'utf8')) as { root?: unknown }
    const noted = typeof root === 'string' ? resolve(folder, root) : undefined
    return noted !== undefined && existsSync(noted) ? noted : undefined
  } catch {
    // It was moved or copied without it.
    return undefined
  }
}

/** So that the pipeline in `folder` finds the project at `root` again. */
export function noteRoot(folder: string, root: string): void {
  const file = join(folder, placeFile)
  rmSync(file, { force: true })
  if (rootOfPipeline(folder) === root) return
  mkdirSync(dirname(file), { recursive: true })
  const [from, to] = [realpathSync(folder), realpathSync(root)]
  writeFileSync(file, `${JSON.stringify({ root: slashes(relative(from, to)) || '.' })}\n`)
}

/** Makes the folder a project with every default. @returns whether it was none */
export function beginProject(root: string): boolean {
  const file = join(root, configFile)
  if (existsSync(file)) return false
  writeFileSync(file, `${JSON.stringify({ language: 1 }, null, 2)}\n`)
  return true
}
