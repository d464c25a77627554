/**
 * Puts the data that the examples read where they look for it: real files from the npm package `vega-datasets`,
 * linked where the file system allows and copied where it does not. Nothing is fetched.
 */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const checkout = join(import.meta.dirname, '..')
const packaged = join(checkout, 'node_modules/vega-datasets/data')

/** example -> the files of `vega-datasets` it reads */
const filesOf: Readonly<Record<string, readonly string[]>> = {
  flights: ['flights-3m.parquet', 'airports.csv'],
  birdstrikes: ['birdstrikes.csv'],
}

/**
 * Lays the data of one example into `<folder>/data/`, leaving alone what is already there.
 * @param example a name in `examples/`
 * @param folder the project's root, by default the example's own folder
 */
export function layExampleData(example: string, folder = join(checkout, 'examples', example)): void {
  mkdirSync(join(folder, 'data'), { recursive: true })
  for (const file of filesOf[example] ?? []) link(join(packaged, file), join(folder, 'data', file))
}

function link(from: string, to: string): void {
  if (existsSync(to)) return
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

if (import.meta.main) {
  for (const example of readdirSync(join(checkout, 'examples'))) if (filesOf[example]) layExampleData(example)
}
