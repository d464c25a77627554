/**
 * Evidence that the kernel kept of a session (`.slipway/sessions/<id>.evidence.jsonl`, docs/notebooks.md): what ran in
 * which order and what it touched. JSON lines in, plain data out, paths made relative to the project. A line that is
 * broken or of another version says nothing; it never stops promotion.
 */
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'

const texts = Type.Array(Type.String())
const FileSchema = Type.Object({
  path: Type.String(),
  read: Type.Boolean(),
  written: Type.Boolean(),
  sizeBytes: Type.Optional(Type.Number()),
  modified: Type.Optional(Type.String()),
  sha256: Type.Optional(Type.String()),
})
const ValueSchema = Type.Object({
  name: Type.String(),
  type: Type.String(),
  shape: Type.Optional(Type.Array(Type.Number())),
  hash: Type.Optional(Type.String()),
  whole: Type.Optional(Type.Boolean()),
})
const CellSchema = Type.Object({
  type: Type.Literal('cell'),
  order: Type.Integer(),
  cell: Type.Union([Type.String(), Type.Null()]),
  /** SHA-256 of the text, magics included. */
  source: Type.String(),
  status: Type.Union([Type.Literal('ok'), Type.Literal('error')]),
  time: Type.String(),
  reads: texts,
  writes: texts,
  dynamic: Type.Boolean(),
  clock: Type.Boolean(),
  random: Type.Boolean(),
  files: Type.Array(FileSchema),
  hosts: texts,
  environment: texts,
  processes: texts,
  values: Type.Array(ValueSchema),
  /** Absent when nobody can tell which values stayed as they were. */
  unlooked: Type.Optional(texts),
  changes: Type.Optional(texts),
})
const SessionSchema = Type.Object({
  type: Type.Literal('session'),
  version: Type.Literal(1),
  notebook: Type.Union([Type.String(), Type.Null()]),
})

export type FileEvidence = Static<typeof FileSchema>
export type ValueEvidence = Static<typeof ValueSchema>

/** What the kernel saw of one run of a cell. */
export type RunEvidence = Omit<Static<typeof CellSchema>, 'type'>

/** One session, from its last restart on. */
export interface SessionEvidence {
  /** The notebook's file relative to the session's folder, when its client told. */
  readonly notebook?: string
  /** In the order in which they ended. */
  readonly runs: readonly RunEvidence[]
}

export interface EvidencePlace {
  /** The project's root, absolute, forward slashes. */
  readonly root: string
  /** The session's folder, that is the notebook's, relative to the root; empty when it is the root. */
  readonly folder: string
}

/** @returns undefined when the text is no evidence of a version that is known */
export function parseEvidence(text: string, place: EvidencePlace): SessionEvidence | undefined {
  const lines = text.split('\n').map(parseLine)
  const session = lines.find(line => Value.Check(SessionSchema, line)) as
    Static<typeof SessionSchema> | undefined
  if (!session) return undefined
  const runs: RunEvidence[] = []
  for (const line of lines) {
    if ((line as { type?: unknown } | undefined)?.type === 'restart') runs.length = 0
    if (!Value.Check(CellSchema, line)) continue
    const { type: _, ...run } = line
    runs.push({ ...run, files: run.files.map(file => ({ ...file, path: projectPath(file.path, place) })) })
  }
  runs.sort((a, b) => a.order - b.order)
  return { ...(session.notebook === null ? {} : { notebook: session.notebook }), runs }
}

/** The hash by which evidence knows a text. */
export function sourceHash(source: string): string {
  return createHash('sha256').update(source).digest('hex')
}

/** Relative to the project when it lies there, else absolute. */
export function projectPath(path: string, { root, folder }: EvidencePlace): string {
  const slashed = path.replaceAll('\\', '/')
  const isAbsolute = slashed.startsWith('/') || /^[A-Za-z]:\//.test(slashed)
  if (!isAbsolute) return posix.join(folder, slashed)
  return slashed.startsWith(`${root}/`) ? slashed.slice(root.length + 1) : slashed
}

/** A session that was killed ends in half a line. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
