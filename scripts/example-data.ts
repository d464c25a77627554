/**
 * Puts the data that the examples read where they look for it: real files from the npm package `vega-datasets`.
 * Nothing is fetched.
 */
import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'

const checkout = join(import.meta.dirname, '..')
const packaged = join(checkout, 'node_modules/vega-datasets/data')

/** example -> the files of `vega-datasets` it reads */
const filesOf = {
  flights: ['flights-3m.parquet', 'airports.csv'],
  birdstrikes: ['birdstrikes.csv'],
  penguins: ['penguins.json'],
  movies: ['movies.json'],
  commits: ['github.csv'],
  unemployment: ['unemployment-across-industries.json'],
  barley: ['barley.json'],
} as const

export type Example = keyof typeof filesOf

/**
 * Copies the data of one example into `<folder>/data/`, leaving alone what is already there.
 * @param folder the project's root, by default the example's own folder
 */
export function layExampleData(example: Example, folder = join(checkout, 'examples', example)): void {
  mkdirSync(join(folder, 'data'), { recursive: true })
  for (const file of filesOf[example]) {
    const to = join(folder, 'data', file)
    if (existsSync(to)) continue
    // Under a name of its own until it is whole: others may lay or read the same file now.
    const part = `${to}.${process.pid}`
    copyFileSync(join(packaged, file), part)
    renameSync(part, to)
  }
}

if (import.meta.main) for (const example of Object.keys(filesOf)) layExampleData(example as Example)
