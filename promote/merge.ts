/**
 * Promoting again: what a person edited in the pipeline's folder is merged with what the notebook gives now. The last
 * generated texts are kept in the folder (`base.json`), so that a three-way merge by lines (diff3) tells whose change
 * each is. Pure; texts by path relative to the pipeline's folder.
 */
import { isDeepStrictEqual } from 'node:util'
import { diff3MergeRegions } from 'node-diff3'
import Type from 'typebox'
import Value from 'typebox/value'
import { editsFile, type EditProblem, type FileDiff } from './edits.ts'
import { lockFile, manifestFile } from './manifest.ts'
import { expectedFile, mapFile, verificationFiles } from './write/folder.ts'
import { tokensOf } from './write/tokens.ts'

export type Texts = Readonly<Record<string, string>>

/** The texts as they were last generated. Not part of the version. */
export const baseFile = 'base.json'

const BaseSchema = Type.Object({
  format: Type.Literal(1),
  files: Type.Record(Type.String(), Type.String()),
})

export interface Merged {
  /** Everything that the folder is to hold: `generated` merged with what is there, and a person's own files. */
  readonly files: Texts
  readonly diffs: readonly FileDiff[]
  /** Paths whose text has conflict markers. */
  readonly conflicts: readonly string[]
  /** Paths of generated files that hold a person's edits. */
  readonly edited: readonly string[]
  readonly problems: readonly EditProblem[]
}

/** Made anew at each promotion: nobody's edits are looked for in them. */
const remade = new Set([
  manifestFile,
  lockFile,
  mapFile,
  editsFile,
  baseFile,
  expectedFile,
  ...verificationFiles,
])

/** Whether promotion makes a file anew each time, whatever is in it. */
export function isRemade(path: string): boolean {
  return remade.has(path)
}

/** What verification writes is no part of what is shown beforehand. */
const recorded = new Set([expectedFile, ...verificationFiles])

/** @param previous the texts that are in the folder now; undefined when there is none */
export function mergeFolder(generated: Texts, previous: Texts | undefined): Merged {
  const base = previous ? readBase(previous) : {}
  const merge: MutableMerged = { files: {}, diffs: [], conflicts: [], edited: [], problems: [] }
  const paths = new Set([...Object.keys(generated), ...Object.keys(previous ?? {})])
  const moved = movedSteps(generated, previous ?? {}, base)
  const gone = new Set(moved.values())
  for (const path of [...paths].sort()) {
    if (recorded.has(path)) continue
    const from = moved.get(path)
    const [before, after] = [previous?.[path], generated[path]]
    if (from !== undefined && after !== undefined)
      mergeOne(merge, path, { base: base[from] ?? '', before: previous?.[from] ?? '', after })
    else if (remade.has(path) || gone.has(path)) take(merge, path, { before, after })
    else if (after === undefined) leave(merge, path, before ?? '', base[path])
    else if (before === undefined || before === after || base[path] === before)
      take(merge, path, { before, after })
    else mergeOne(merge, path, { base: base[path] ?? '', before, after })
  }
  return merge
}

/** So much of a step's lines say that it is the same one under another name. */
const leastAlike = 0.5

/** Edited steps whose file has another name now, because their heading has: new path → old path. */
function movedSteps(generated: Texts, previous: Texts, base: Texts): ReadonlyMap<string, string> {
  const isStep = (path: string) => path.startsWith('steps/')
  const edited = Object.keys(base).filter(
    path =>
      isStep(path) &&
      generated[path] === undefined &&
      previous[path] !== undefined &&
      previous[path] !== base[path],
  )
  const moved = new Map<string, string>()
  for (const path of Object.keys(generated).filter(path => isStep(path) && previous[path] === undefined)) {
    const likest = edited
      .filter(old => ![...moved.values()].includes(old))
      .map(old => ({ old, share: alike(base[old] ?? '', generated[path] ?? '') }))
      .sort((a, b) => b.share - a.share)[0]
    if (likest && likest.share >= leastAlike) moved.set(path, likest.old)
  }
  return moved
}

/** The share of lines that two texts have in common. */
function alike(a: string, b: string): number {
  const [mine, other] = [a, b].map(text => text.split('\n').flatMap(line => line.trim() || []))
  if (!mine || !other || mine.length === 0) return 0
  const left = [...other]
  const common = mine.filter(line => {
    const at = left.indexOf(line)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  })
  return common.length / Math.max(mine.length, other.length)
}

/** `base.json` of what is generated now. */
export function printBase(generated: Texts): string {
  const files = Object.fromEntries(
    Object.entries(generated)
      .filter(([path]) => !remade.has(path))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
  return `${JSON.stringify({ format: 1, files }, null, 2)}\n`
}

/** The last generated texts; of a folder without them nothing is known to be a person's, so all of it is the base. */
export function readBase(previous: Texts): Texts {
  const text = previous[baseFile]
  if (text === undefined) return previous[manifestFile] === undefined ? {} : previous
  try {
    const value: unknown = JSON.parse(text)
    return Value.Check(BaseSchema, value) ? value.files : {}
  } catch {
    // Without a base everything that differs is a conflict, which a person looks at: nothing is lost.
    return {}
  }
}

/** Whether a text has the markers of a conflict that nobody resolved. */
export function hasConflict(text: string): boolean {
  return /^<{7} [\s\S]*^={7}\r?$[\s\S]*^>{7} /m.test(text)
}

interface MutableMerged extends Merged {
  readonly files: Record<string, string>
  readonly diffs: FileDiff[]
  readonly conflicts: string[]
  readonly edited: string[]
  readonly problems: EditProblem[]
}

function take(
  { files, diffs }: MutableMerged,
  path: string,
  { before, after }: { before: string | undefined; after: string | undefined },
): void {
  if (after === undefined) {
    if (before !== undefined) diffs.push({ path, state: 'removed', before })
    return
  }
  files[path] = after
  const state = before === undefined ? 'added' : before === after ? 'unchanged' : 'changed'
  diffs.push({ path, state, ...(before === undefined ? {} : { before }), after })
}

/** A file that is not generated any more: a person's own stays, also one that was generated and then edited. */
function leave(merge: MutableMerged, path: string, before: string, base: string | undefined): void {
  if (base === before) {
    merge.diffs.push({ path, state: 'removed', before })
    return
  }
  merge.files[path] = before
  merge.diffs.push({ path, state: 'kept', before, after: before })
  if (base === undefined) return
  merge.problems.push({
    message: `${path} was edited, and the notebook does not give it any more: it is left as it is, and no step runs it. Move what you need of it to another step, then remove it.`,
  })
}

function mergeOne(
  merge: MutableMerged,
  path: string,
  { base, before, after }: { base: string; before: string; after: string },
): void {
  const isCode = /\.[cm]?[jt]sx?$/.test(path)
  const { text, isConflict } = mergeTexts({ edited: before, base, generated: after, isCode })
  merge.files[path] = text
  if (text !== after) merge.edited.push(path)
  if (isConflict) merge.conflicts.push(path)
  const state = isConflict ? 'conflict' : text === before ? 'unchanged' : 'changed'
  merge.diffs.push({ path, state, before, after: text, merge: { base, generated: after } })
}

export interface MergeInput {
  readonly edited: string
  readonly base: string
  readonly generated: string
  /** TypeScript: where both sides say the same but for comments and layout, a person's text is taken. */
  readonly isCode?: boolean
}

/** Merged by lines; where both changed the same ones, with the markers of diff3, which editors know. */
export function mergeTexts({ edited, base, generated, isCode = false }: MergeInput): {
  readonly text: string
  readonly isConflict: boolean
} {
  const [a, o, b] = [edited, base, generated].map(text => text.split('\n')) as [string[], string[], string[]]
  let isConflict = false
  const lines = diff3MergeRegions(a, o, b).flatMap(region => {
    if (region.stable) return region.bufferContent
    const { aContent, oContent, bContent } = region
    const isSame = aContent.length === bContent.length && aContent.every((line, i) => line === bContent[i])
    if (isSame || (isCode && isSameCode(aContent, bContent))) return aContent
    isConflict = true
    return [
      ...['<<<<<<< edited in the pipeline', ...aContent],
      ...['||||||| generated before', ...oContent],
      ...['=======', ...bContent],
      '>>>>>>> generated now',
    ]
  })
  return { text: lines.join('\n'), isConflict }
}

function isSameCode(a: readonly string[], b: readonly string[]): boolean {
  const [mine, other] = [a, b].map(lines => tokensOf(lines.join('\n')).map(({ key }) => key))
  return mine !== undefined && other !== undefined && isDeepStrictEqual(mine, other)
}
