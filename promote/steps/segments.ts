/** Kept statements cut into the segments that become steps. */
import type { Notebook } from '../notebook.ts'
import type { Slice, Statement } from '../slice/slice.ts'
import type { Role } from './classify.ts'
import { afterCostly } from './cost.ts'
import type { Decisions } from './decisions.ts'
import { variableType, type CrossingType } from './types.ts'

export interface JoinedBoundary {
  readonly before: Statement
  /** What would have to cross, and why it cannot. */
  readonly reason: string
}

export interface Segment {
  readonly titles: readonly (string | undefined)[]
  readonly statements: readonly Statement[]
  readonly joined: readonly JoinedBoundary[]
  /** What it is called without a heading: `prepare` where it ends because it took long. */
  readonly fallback: 'main' | 'prepare'
}

export interface World {
  readonly decisions: Decisions
  readonly slice: Slice
  readonly roles: ReadonlyMap<number, Role>
  readonly kept: readonly Statement[]
}

interface OpenSegment extends Segment {
  readonly statements: Statement[]
  fallback: Segment['fallback']
}

/**
 * A step begins at each heading, and without headings after what took long, unless a person said otherwise; and where
 * one said so.
 */
export function splitByHeading(world: World, notebook: Notebook): readonly Segment[] {
  const { roles, kept, decisions, slice } = world
  const headings = new Map(notebook.cells.map(cell => [cell.id, cell.heading]))
  const bodies = kept.filter(({ index }) => roles.get(index)?.kind === 'body')
  const ends = afterCostly(bodies, { runs: notebook.runs, statements: slice.statements, kept: slice.kept })
  const segments: OpenSegment[] = []
  let heading: string | undefined
  let before: string | undefined
  let decided: boolean | undefined
  for (const statement of kept) {
    // What is said of a statement that is no part of a step's body holds for the next one that is.
    decided = decisions.boundaries.get(statement.index) ?? decided
    if (roles.get(statement.index)?.kind !== 'body') continue
    // A cell that was deleted since stands where it ran.
    if (headings.has(statement.cell)) heading = headings.get(statement.cell)
    const last = segments.at(-1)
    const isCut = heading === undefined && before === undefined && ends.has(statement.index)
    if (last && !(decided ?? (isCut || heading !== before))) last.statements.push(statement)
    else {
      if (last && isCut) last.fallback = 'prepare'
      segments.push({ titles: [heading], statements: [statement], joined: [], fallback: 'main' })
    }
    before = heading
    decided = undefined
  }
  // Nothing to compute, only things to name: one step that gives them.
  if (segments.length === 0)
    segments.push({ titles: [heading], statements: [], joined: [], fallback: 'main' })
  return segments
}

export function mergeWhereNeeded(world: World, initial: readonly Segment[]): readonly Segment[] {
  let segments = initial
  for (let pair = crossingToAvoid(world, segments); pair; pair = crossingToAvoid(world, segments)) {
    const { from, to, reason } = pair
    const merged = segments.slice(from, to + 1)
    const one: Segment = {
      fallback: merged.at(-1)?.fallback ?? 'main',
      titles: merged.flatMap(s => s.titles),
      statements: merged.flatMap(s => s.statements),
      joined: merged.flatMap(({ joined, statements: [before] }, i) =>
        i > 0 && before ? [{ before, reason }, ...joined] : joined,
      ),
    }
    segments = [...segments.slice(0, from), one, ...segments.slice(to + 1)]
  }
  return segments
}

interface Avoided {
  readonly from: number
  readonly to: number
  readonly reason: string
}

/** Two segments between which something would cross that must not. */
function crossingToAvoid(world: World, segments: readonly Segment[]): Avoided | undefined {
  for (const [to] of segments.entries()) {
    const inputs = inputsOf(world, segments, to)
    for (const { name, from, type } of inputs) {
      if (type.codec === undefined)
        return { from, to, reason: `${name} would have to cross, and ${kindOf(type)} cannot.` }
      const reader = readerOfChange(world, segments, name, from)
      if (reader !== undefined)
        return { from, to: reader, reason: `${name} is changed after it crossed, and used again later.` }
    }
    for (const a of inputs) {
      const b = inputs.find(b => a.name < b.name && isTornApart(world, segments, to, a.name, b.name))
      const from = Math.min(...inputs.map(input => input.from))
      if (b)
        return { from, to, reason: `${a.name} and ${b.name} hold the same thing, which is changed later.` }
    }
  }
  return undefined
}

function kindOf({ text, isUnsure }: CrossingType): string {
  return isUnsure ? 'what may be anything' : `a value of type ${shortened(text)}`
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** The last segment that changes what a variable holds until its value is asked for, declarations anew apart. */
export function lastChange(
  world: World,
  segments: readonly Segment[],
  { variable, from, until }: { readonly variable: string; readonly from: number; readonly until: number },
): number {
  return segments.findLastIndex((segment, i) => i > from && changesIn(world, segment, variable, until))
}

function changesIn({ slice }: World, { statements }: Segment, name: string, until = Infinity): boolean {
  return statements.some(s => s.index <= until && !s.declares.includes(name) && slice.changes(s.index, name))
}

/**
 * A segment that should see what another one changed in a variable of a third, and would see the value before: the
 * one that changes has a copy of its own.
 */
function readerOfChange(
  world: World,
  segments: readonly Segment[],
  name: string,
  from: number,
): number | undefined {
  const changing = segments.findIndex((segment, i) => i > from && changesIn(world, segment, name))
  if (changing < 0) return undefined
  const reader = segments.findLastIndex(
    (_, i) =>
      i > changing &&
      inputsOf(world, segments, i).some(
        input => input.from < changing && (input.name === name || world.slice.share(input.name, name)),
      ),
  )
  return reader < 0 ? undefined : reader
}

/** Two inputs that hold one thing, which someone changes at or after the boundary. */
function isTornApart(world: World, segments: readonly Segment[], at: number, a: string, b: string): boolean {
  if (!world.slice.share(a, b)) return false
  return segments
    .slice(at)
    .some(segment =>
      segment.statements.some(s => world.slice.changes(s.index, a) && world.slice.changes(s.index, b)),
    )
}

export interface Needed {
  /** Parameters and copies that stand in the body. */
  readonly own: readonly Statement[]
  readonly parameters: readonly Statement[]
  readonly modules: readonly Statement[]
  /** Names of imports and of other segments' variables. */
  readonly names: ReadonlySet<string>
}

/** Everything that a segment's text mentions, through the declarations that it mentions. */
export function neededBy(world: World, segment: Segment): Needed {
  const found = new Set<Statement>()
  const names = new Set<string>()
  const own = new Set(segment.statements)
  const work = [...segment.statements, ...outputCopies(world, segment)]
  for (const statement of work) {
    if (roleOf(world, statement) !== 'body') found.add(statement)
    for (const name of statement.mentions) {
      names.add(name)
      for (const declaring of world.kept) {
        if (!declaring.declares.includes(name) || own.has(declaring) || found.has(declaring)) continue
        const role = roleOf(world, declaring)
        if (role === 'body' || role === 'import') continue
        found.add(declaring)
        work.push(declaring)
      }
    }
  }
  const of = (kind: Role['kind']) =>
    [...found].filter(s => roleOf(world, s) === kind).sort((a, b) => a.index - b.index)
  const parameters = of('parameter')
  return { own: [...parameters, ...of('again')], parameters, modules: of('module'), names }
}

/** The cells' own types in a signature, with what these mention. */
export function withTypes(
  world: World,
  modules: readonly Statement[],
  crossings: readonly { readonly type: CrossingType }[],
): readonly Statement[] {
  const found = new Set(modules)
  const mentioned = (name: string) =>
    crossings.some(({ type }) => new RegExp(`\\b${name.replaceAll('$', '\\$')}\\b`).test(type.text)) ||
    [...found].some(statement => statement.mentions.has(name))
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const statement of world.kept)
      if (roleOf(world, statement) === 'module' && statement.declares.some(mentioned)) found.add(statement)
  }
  return [...found].sort((a, b) => a.index - b.index)
}

/** An output that is only named (`const raw = read(…)`) is given by the last segment. */
function outputCopies(world: World, segment: Segment): readonly Statement[] {
  const isLast = segment.statements.length === 0 || lastBody(world) === segment.statements.at(-1)
  if (!isLast) return []
  return world.slice.outputs.flatMap(({ variable }) => {
    const declaring = variable === undefined ? undefined : declaringLast(world, variable)
    return declaring && roleOf(world, declaring) !== 'body' ? [declaring] : []
  })
}

function lastBody(world: World): Statement | undefined {
  return world.kept.findLast(s => roleOf(world, s) === 'body')
}

export function roleOf({ roles }: World, { index }: Statement): Role['kind'] | undefined {
  return roles.get(index)?.kind
}

function declaringLast({ kept }: World, name: string, before = Infinity): Statement | undefined {
  return kept.findLast(s => s.index <= before && s.declares.includes(name))
}

/** Variables of earlier segments that one mentions before it declares them itself. */
export function inputsOf(world: World, segments: readonly Segment[], at: number) {
  const segment = segments[at] as Segment
  const first = segment.statements[0]?.index ?? Infinity
  const earlier = segments.slice(0, at)
  const inputs: { name: string; from: number; type: CrossingType }[] = []
  for (const name of neededBy(world, segment).names) {
    const from = earlier.findLastIndex(s => s.statements.some(statement => statement.declares.includes(name)))
    if (from < 0 || isOwnBeforeUse(segment, name)) continue
    const declaring = earlier[from]?.statements.findLast(s => s.declares.includes(name) && s.index < first)
    if (declaring) inputs.push({ name, from, type: variableType(world.slice, declaring.index, name) })
  }
  return inputs.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function isOwnBeforeUse({ statements }: Segment, name: string): boolean {
  const declared = statements.findIndex(s => s.declares.includes(name))
  const used = statements.findIndex(s => s.mentions.has(name))
  return declared >= 0 && (used < 0 || declared <= used)
}
