/** `slipway deploy | predict`: from a registered model to an answer. */
import { readFileSync } from 'node:fs'
import type { PredictResponse } from '../../backend/api/index.ts'
import type { Card } from '../../engine/types.ts'
import { connectBackend } from '../backend.ts'
import { CliError, exitCodes } from '../errors.ts'
import { recordFeatureUse } from '../feature-use.ts'
import type { AddCommand } from '../program.ts'
import type { Output } from '../output.ts'

export const addDeploy: AddCommand = (program, run) => {
  program
    .command('deploy')
    .argument('[model]', 'a registered model; may be left out when there is only one')
    .option('--model-version <n>', 'its version (default: the newest)', Number)
    .option('--endpoint <name>', 'the name of the endpoint (default: the name of the model)')
    .option('--force', 'also when a requirement is not met')
    .description('deploy a model version behind an HTTP endpoint')
    .action(
      run(async (context, given: string | undefined, options: DeployOptions) => {
        const root = context.projectRoot()
        const client = await connectBackend(root)
        const model = given ?? onlyName('model', (await client.models()).models, 'submit a pipeline first')
        context.output.progress(`Deploying ${model} …`)
        const endpoint = await client.deploy({
          name: options.endpoint ?? model,
          model,
          version: options.modelVersion,
          force: options.force,
        })
        const { card } = await client.modelVersion(endpoint.model, endpoint.version)
        const ids = Object.keys((card as Card).plan.catalogFeatures)
        await recordFeatureUse(
          root,
          { kind: 'endpoint', name: endpoint.name },
          { ids, output: context.output },
        )
        const url = new URL(endpoint.path, client.url).href
        context.output.document({ endpoint, url })
        context.output.text(`${endpoint.model} version ${endpoint.version} answers at`)
        context.output.text(`  POST ${url}`)
      }),
    )

  program
    .command('predict')
    .argument('<endpoint>', 'the endpoint')
    .argument('[row]', 'a row, or a list of rows, as JSON')
    .option('--file <file>', 'read the rows from a JSON file; - is standard input')
    .description('ask an endpoint for predictions')
    .action(
      run(async (context, endpoint: string, text: string | undefined, options: { file?: string }) => {
        const rows = parseRows(readRows(text, options.file, context.path))
        const client = await connectBackend(context.projectRoot())
        const answer = await client.predict(endpoint, { rows })
        context.output.document(answer)
        printAnswer(context.output, answer)
      }),
    )
}

interface DeployOptions {
  readonly modelVersion?: number
  readonly endpoint?: string
  readonly force?: boolean
}

function onlyName(what: string, named: readonly { name: string }[], advice: string): string {
  const names = [...new Set(named.map(({ name }) => name))]
  if (names.length === 1) return names[0]!
  throw new CliError(
    'CLI013',
    names.length
      ? `Which ${what}? There are ${names.join(', ')}: name one.`
      : `There is no ${what} yet: ${advice}.`,
    { exitCode: names.length ? exitCodes.usage : exitCodes.wrong },
  )
}

function readRows(text: string | undefined, file: string | undefined, path: (p: string) => string): string {
  if (text !== undefined) return text
  if (file === '-') return readFileSync(0, 'utf8')
  if (file !== undefined) return readFileSync(path(file), 'utf8')
  throw new CliError('CLI008', 'No row given: pass it as JSON, or name a file with --file.', {
    exitCode: exitCodes.usage,
  })
}

function parseRows(text: string): Record<string, unknown>[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CliError(
      'CLI008',
      `Expected a row as JSON, got ${text.slice(0, 80)} (${(cause as Error).message}).`,
    )
  }
  const rows: unknown[] = Array.isArray(value) ? value : [value]
  if (rows.every(row => typeof row === 'object' && row !== null && !Array.isArray(row)))
    return rows as Record<string, unknown>[]
  throw new CliError('CLI008', 'Expected a JSON object, or a list of them: column names with values.')
}

/** Ranks are whole; beyond the first ones there is none. */
function answerText(value: unknown): string {
  if (value === null) return '–'
  if (typeof value !== 'number') return JSON.stringify(value)
  return Number.isInteger(value) ? String(value) : value.toPrecision(4)
}

function printAnswer(output: Output, answer: PredictResponse): void {
  answer.predictions.forEach((prediction, i) => {
    for (const [name, value] of Object.entries(prediction)) {
      output.text(`${name} = ${answerText(value)}`)
    }
    for (const feature of answer.features[i] ?? []) {
      const age = feature.asOf === undefined ? '' : `, as of ${feature.asOf}`
      output.text(
        `  ${feature.name} = ${JSON.stringify(feature.value)} (${feature.source}: ${feature.feature}${age})`,
      )
    }
  })
  output.text(`  by ${answer.model} version ${answer.modelVersion}`)
}
