/**
 * Verification in five runs: what the live session showed, two clean replays of what ran, the document from top to
 * bottom, and the extracted pipeline with a process per step. Whatever runs code comes in as functions.
 *
 * The order of the questions: do the replays agree (else it is chance), does the pipeline agree with them (else it is
 * ours, and blocks), does the live session (else the outside has changed), does the document (else there is hidden
 * state). Nothing passes silently.
 */
import { compareOutputs, type Comparison, type Tolerance } from './compare.ts'
import { limitsOf } from './compare/comparison.ts'
import { summaryOfFile, type FileDocument } from './compare/files.ts'
import { drift, hiddenState, nondeterminism, type Subject } from './causes.ts'
import { moreReplays, runAll, type Runs } from './runs.ts'
import { compareShown } from './shown.ts'
import { compareWithSpread, fewestSamples } from './statistics.ts'
import {
  isVerified,
  type OutputDocuments,
  type OutputVerdict,
  type RunResult,
  type RunSummary,
} from './types.ts'
import type { Recorded, Verification, VerifyOptions } from './types.ts'

export * from './types.ts'

/** @throws what the first replay throws: without it there is nothing to compare with */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const { request, onProgress, signal } = options
  onProgress?.('Replaying the notebook and running the pipeline')
  const runs = await runAll(options)
  const tolerance = options.tolerance ?? {}
  const subjects = subjectsOf(options, runs)
  const varying = subjects.filter(subject => varies(subject, runs, tolerance))
  const samples = varying.length > 0 ? await samplesOf(options, runs, varying) : []
  signal?.throwIfAborted()
  const outputs = subjects.map(subject =>
    varying.includes(subject)
      ? judgeVarying(subject, samples, runs, tolerance)
      : judge(subject, runs, { ...options, tolerance }),
  )
  const drifted = outputs.filter(({ cause }) => cause === 'drift')
  return {
    outputs,
    passed: outputs.length > 0 && outputs.every(isVerified),
    blocked: outputs.some(({ cause }) => cause === 'slicer'),
    runs: [liveSummary(options), ...runs.summaries],
    findings: [
      ...nondeterminism(
        request,
        runs.replay,
        varying.map(({ name }) => name),
      ),
      ...hiddenState(request, runs, { subjects: subjects.filter(s => !varying.includes(s)), tolerance }),
      ...(options.sample ? [] : drift(request, runs.replay, drifted)),
    ],
    ...(options.sample ? { sample: options.sample } : {}),
    ...('result' in runs.pipeline
      ? {
          recorded: {
            ...recordedOf(runs.pipeline.result.outputs, varying),
            ...recordedFiles(runs.pipeline.result, { subjects, varying }),
            ...sampledRows(options),
          },
        }
      : {}),
  }
}

/** All outputs; files that both wrote; and files that the pipeline was to write and did not. */
function subjectsOf({ request }: VerifyOptions, { replay, pipeline }: Runs): readonly Subject[] {
  const outputs = request.outputs.map(({ name }) => ({ name, of: (r: RunResult) => r.outputs[name] }))
  const wanted = new Set(
    (request.writingRuns ?? []).flatMap(i =>
      (replay.seen?.[i]?.files ?? []).filter(file => file.written).map(file => file.path),
    ),
  )
  const written = 'result' in pipeline ? (pipeline.result.files ?? {}) : {}
  const paths = Object.keys(replay.files ?? {}).filter(path => wanted.has(path) || path in written)
  // A pipeline that writes what the notebook never wrote is not the notebook.
  const strange = Object.keys(written).filter(path => !(path in (replay.files ?? {})))
  return [
    ...outputs,
    ...[...paths, ...strange].sort().map(path => ({ name: path, of: (r: RunResult) => r.files?.[path] })),
  ]
}

function varies({ of }: Subject, { replay, again }: Runs, tolerance: Tolerance): boolean {
  if (!('result' in again)) return false
  const sides = ['one replay', 'the other'] as const
  const [one, other] = [of(replay), of(again.result)]
  if (one === undefined && other === undefined) return false
  return compareOutputs(one, other, { ...tolerance, sides }).verdict === 'different'
}

/** One more than is needed: the range of six is steadier, and it is the first to be left out. */
const usualSamples = fewestSamples + 1
/** Of a hundred numbers that are drawn alike, about one lies outside of what six replays say; of ten thousand, of these. */
const mostSamples = 2 * usualSamples

/** What replays gave: as many as usual, and as many again where the pipeline's lies outside of their range. */
async function samplesOf(
  options: VerifyOptions,
  { replay, again, pipeline }: Runs,
  varying: readonly Subject[],
): Promise<readonly RunResult[]> {
  const samples = 'result' in again ? [replay, again.result] : [replay]
  const end = performance.now() + (options.spreadBudgetMs ?? 60_000)
  const replayUpTo = async (most: number) =>
    samples.push(
      ...(await moreReplays(options, {
        count: most - samples.length,
        of: most,
        budgetMs: end - performance.now(),
      })),
    )
  await replayUpTo(usualSamples)
  if (
    'result' in pipeline &&
    varying.some(({ of }) => isOutside(samples.map(of), of(pipeline.result), options))
  )
    await replayUpTo(mostSamples)
  return samples
}

function isOutside(samples: readonly unknown[], actual: unknown, { tolerance = {} }: VerifyOptions): boolean {
  const { verdict, isFault } = compareWithSpread(samples, actual, limitsOf(tolerance))
  return verdict === 'different' && !isFault
}

function judgeVarying(
  { name, of }: Subject,
  samples: readonly RunResult[],
  { pipeline }: Runs,
  tolerance: Tolerance,
): OutputVerdict {
  if (!('result' in pipeline)) return pipelineFailed(name, pipeline.failure)
  const { verdict, differences, isFault } = compareWithSpread(
    samples.map(of),
    of(pipeline.result),
    limitsOf(tolerance),
  )
  return { name, verdict, cause: isFault ? 'slicer' : 'nondeterminism', differences }
}

function judge(
  { name, of }: Subject,
  runs: Runs,
  options: VerifyOptions & { tolerance: Tolerance },
): OutputVerdict {
  const { pipeline, replay } = runs
  if (!('result' in pipeline)) return pipelineFailed(name, pipeline.failure)
  const comparison = compareOutputs(of(replay), of(pipeline.result), options.tolerance)
  if (comparison.verdict === 'different') return { name, ...comparison, cause: 'slicer' }
  const live = options.sample ? undefined : liveComparison(name, replay, options)
  if (live?.verdict === 'different') return { name, ...live, cause: 'drift' }
  return { name, ...comparison }
}

/** A replay that ran to its end and a pipeline that did not: something is missing from it. */
function pipelineFailed(name: string, failure: string): OutputVerdict {
  return { name, verdict: 'different', cause: 'slicer', differences: [`the pipeline failed: ${failure}`] }
}

function liveComparison(
  name: string,
  { shown }: RunResult,
  { live, tolerance }: VerifyOptions,
): Comparison | undefined {
  const [before, now] = [live?.[name], shown?.[name]]
  return before && now ? compareShown(before, now, tolerance) : undefined
}

function liveSummary({ live, sample }: VerifyOptions): RunSummary {
  if (sample) return { run: 'live', state: 'absent', message: 'it saw all rows' }
  const nShown = Object.keys(live ?? {}).length
  return nShown > 0
    ? { run: 'live', state: 'ran' }
    : { run: 'live', state: 'absent', message: 'it shows no output' }
}

function sampledRows({ sample }: VerifyOptions): Pick<Recorded, 'sampleRows'> {
  return sample ? { sampleRows: sample.rows } : {}
}

/** How many rows of a table a fixture keeps: as `slipway run --json` prints. */
const shownRows = 100

/** What `slipway run --json` would print of the outputs that are the same each time. */
function recordedOf(outputs: OutputDocuments, varying: readonly Subject[]): Recorded {
  const names = new Set(varying.map(({ name }) => name))
  const steady = Object.entries(outputs).filter(([name]) => !names.has(name))
  return {
    outputs: Object.fromEntries(steady.map(([name, document]) => [name, asPrinted(document)])),
    varying: Object.keys(outputs).filter(name => names.has(name)),
  }
}

/** What `slipway run --file` would say of the files that the notebook writes too, alike each time. */
function recordedFiles(
  { files = {} }: RunResult,
  { subjects, varying }: { readonly subjects: readonly Subject[]; readonly varying: readonly Subject[] },
): Pick<Recorded, 'files'> {
  const steady = subjects.filter(subject => !varying.includes(subject)).map(({ name }) => name)
  const found = Object.entries(files).filter(([path]) => steady.includes(path))
  if (found.length === 0) return {}
  return {
    files: Object.fromEntries(found.map(([path, file]) => [path, summaryOfFile(file as FileDocument)])),
  }
}

function asPrinted(document: unknown): unknown {
  const table = document as { $slipway?: unknown; rows?: readonly unknown[]; columnDigests?: unknown } | null
  if (table?.$slipway !== 'table') return document
  const { columnDigests: _, ...rest } = table
  return { ...rest, rows: table.rows?.slice(0, shownRows) }
}
