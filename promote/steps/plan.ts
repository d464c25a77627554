/**
 * Boundaries: which kept statements form which step, and what crosses from one to the next.
 *
 * A heading's statements form a step. Steps are merged where something would cross that no codec can take, or that
 * a later step changes: what is shared by reference stays in one process.
 */
import type { EditProblem } from '../edits.ts'
import type { PromoteDiagnostic } from '../errors.ts'
import type { Codec } from '../manifest.ts'
import type { Notebook } from '../notebook.ts'
import type { Slice, SliceOutput, Statement } from '../slice/slice.ts'
import { ts } from '../slice/typescript.ts'
import { classify, type Role } from './classify.ts'
import type { Decisions, Lift } from './decisions.ts'
import { functionName, kebab, unique } from './names.ts'
import {
  inputsOf,
  lastChange,
  mergeWhereNeeded,
  neededBy,
  roleOf,
  splitByHeading,
  withTypes,
  type JoinedBoundary,
  type Needed,
  type Segment,
  type World,
} from './segments.ts'
import { typeAt, type CrossingType } from './types.ts'

export interface StepPlan {
  readonly name: string
  /** Before a person renamed it. */
  readonly proposedName: string
  readonly title?: string
  readonly function: string
  readonly cells: readonly string[]
  /** In order: parameters (for their comments), what the step makes for itself, and its own statements. */
  readonly statements: readonly Statement[]
  readonly inputs: readonly Crossing[]
  readonly parameters: readonly string[]
  readonly outputs: readonly StepOutputPlan[]
  /** Module declarations that it needs, directly or through others. */
  readonly modules: readonly Statement[]
  /** The statements that the boundaries are about: without parameters and copies. */
  readonly own: readonly Statement[]
  /** Boundaries inside it that were asked for and cannot be. */
  readonly joined: readonly JoinedBoundary[]
}

export interface Crossing {
  readonly name: string
  readonly step: string
  readonly type: CrossingType
}

export interface StepOutputPlan {
  readonly name: string
  readonly codec: Codec
  readonly type: CrossingType
  /** When it is no variable: put into one right after this statement, whose expression it is. */
  readonly expression?: { readonly node: ts.Expression; readonly statement: number }
  /** When later statements of the step change the variable: it is copied right after this one. */
  readonly copyOf?: { readonly variable: string; readonly after: number }
}

export interface PipelinePlan {
  readonly roles: ReadonlyMap<number, Role>
  readonly decisions: Decisions
  readonly steps: readonly StepPlan[]
  readonly outputs: readonly {
    readonly name: string
    readonly step: string
    readonly output: string
    readonly codec: Codec
  }[]
  readonly diagnostics: readonly PromoteDiagnostic[]
  /** Edits of steps that could not be done. */
  readonly problems: readonly EditProblem[]
}

export function planSteps(slice: Slice, notebook: Notebook, decisions: Decisions): PipelinePlan {
  const roles = classify(slice, decisions)
  const kept = slice.statements.filter(s => slice.kept.has(s.index))
  const world: World = { slice, roles, kept, decisions }
  const segments = mergeWhereNeeded(world, splitByHeading(world, notebook))
  const titles = segments.map(titleOf)
  const proposed: string[] = []
  for (const [i, title] of titles.entries())
    proposed.push(unique(kebab(title ?? '') || (segments[i] as Segment).fallback, new Set(proposed)))
  const { names, problems } = rename(proposed, decisions.stepNames)
  const diagnostics: PromoteDiagnostic[] = []
  const outputs = segments.map((segment, i) => outputsOf(world, segments, segment, i, diagnostics))
  const steps = segments.map((segment, i): StepPlan => {
    const needed = neededBy(world, segment)
    const inputs = inputsOf(world, segments, i)
    const given = outputs[i] as StepOutputPlan[]
    const modules = withTypes(world, needed.modules, [...inputs, ...given])
    const name = names[i] as string
    const title = titles[i]
    return {
      name,
      proposedName: proposed[i] as string,
      ...(title === undefined ? {} : { title }),
      function: functionName(name, namesAround(world, needed)),
      cells: [...new Set(segment.statements.map(s => s.cell))],
      statements: [...needed.own, ...segment.statements].sort((a, b) => a.index - b.index),
      own: segment.statements,
      joined: segment.joined,
      inputs: inputs.map(({ name, from, type }) => ({
        name,
        step: names[from] as string,
        type,
      })),
      parameters: [
        ...new Set([
          ...needed.parameters.flatMap(s => s.declares),
          ...liftsIn(world, [...needed.own, ...segment.statements]).map(lift => lift.parameter.name),
        ]),
      ],
      outputs: given,
      modules,
    }
  })
  return {
    ...{ roles, decisions, steps, diagnostics, problems },
    outputs: finalOutputs(world, segments, steps, diagnostics),
  }
}

function rename(proposed: readonly string[], stepNames: ReadonlyMap<string, string>) {
  const problems: EditProblem[] = []
  const names = [...proposed]
  for (const [step, name] of stepNames) {
    const at = proposed.indexOf(step)
    if (at < 0) problems.push({ message: `There is no step ${step} any more that could be called ${name}.` })
    else if (names.some((other, i) => other === name && i !== at))
      problems.push({ message: `Step ${step} cannot be called ${name}: another one is.` })
    else names[at] = name
  }
  return { names, problems }
}

function liftsIn({ decisions }: World, statements: readonly Statement[]): readonly Lift[] {
  return statements.flatMap(({ index }) => decisions.lifts.get(index) ?? [])
}

function outputsOf(
  world: World,
  segments: readonly Segment[],
  segment: Segment,
  at: number,
  diagnostics: PromoteDiagnostic[],
): readonly StepOutputPlan[] {
  const outputs = new Map<string, StepOutputPlan>()
  for (const later of segments.keys()) {
    if (later <= at) continue
    for (const { name, from, type } of inputsOf(world, segments, later))
      if (from === at && type.codec) outputs.set(name, { name, type, codec: type.codec })
  }
  for (const output of world.slice.outputs) {
    if (segmentOf(world, segments, output) !== at) continue
    const planned = planOutput(world, output, segment)
    if ('code' in planned) diagnostics.push(planned)
    else outputs.set(planned.name, planned)
  }
  return [...outputs.values()]
}

/** Where an output's value is when it is asked for. */
function segmentOf(world: World, segments: readonly Segment[], output: SliceOutput): number {
  const holds = (s: Statement) =>
    output.variable === undefined
      ? s.index === output.after
      : s.declares.includes(output.variable) && s.index <= output.after
  const found = segments.findLastIndex(segment => segment.statements.some(holds))
  if (found < 0) return segments.length - 1
  const { variable, after: until } = output
  const changed = variable === undefined ? -1 : lastChange(world, segments, { variable, from: found, until })
  return Math.max(found, changed)
}

function planOutput(
  { slice, kept }: World,
  output: SliceOutput,
  segment: Segment,
): StepOutputPlan | PromoteDiagnostic {
  const { variable, expression, name } = output
  const type = typeAt(
    slice,
    variable === undefined ? (expression ?? output.typed) : output.typed,
    output.value,
  )
  if (type.codec === undefined && !type.isUnsure) {
    const statement = kept.find(s => s.index === output.after) ?? segment.statements.at(-1)
    return {
      code: 'PRO020',
      message:
        `Output ${name} is of type ${type.text}, which cannot leave a step. ` +
        'Expected a table, a trained model, bytes, or plain data; make one of it in the notebook.',
      ...(statement ? { cell: statement.cell } : {}),
    }
  }
  const codec = type.codec ?? 'json'
  if (variable !== undefined) {
    const isChanged = segment.statements.some(
      s => s.index > output.after && (s.declares.includes(variable) || slice.changes(s.index, variable)),
    )
    if (!isChanged) return { name: variable, codec, type }
    const copy = freeName(kept, name === variable ? `${variable}Then` : name)
    return { name: copy, codec, type, copyOf: { variable, after: output.after } }
  }
  return {
    name: freeName(kept, name),
    codec,
    type,
    ...(expression ? { expression: { node: expression, statement: output.after } } : {}),
  }
}

/** An output's name as an identifier that no kept statement uses. */
export function freeName(kept: readonly Statement[], name: string): string {
  const words = kebab(name).replace(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  const plain = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? name
    : functionName(words || 'result', new Set())
  const isTaken = (candidate: string) =>
    kept.some(s => s.declares.includes(candidate) || s.mentions.has(candidate))
  if (!isTaken(plain)) return plain
  for (let n = 2; ; n++) if (!isTaken(`${plain}${n}`)) return `${plain}${n}`
}

function finalOutputs(
  world: World,
  segments: readonly Segment[],
  steps: readonly StepPlan[],
  diagnostics: readonly PromoteDiagnostic[],
): PipelinePlan['outputs'] {
  if (diagnostics.length > 0) return []
  return world.slice.outputs.flatMap(output => {
    const step = steps[segmentOf(world, segments, output)]
    const given =
      step?.outputs.find(o => o.copyOf?.variable === output.variable && o.copyOf?.after === output.after) ??
      step?.outputs.find(o => (o.expression ? o.expression.node === output.expression : isPlain(o, output)))
    return step && given
      ? [{ name: output.name, step: step.name, output: given.name, codec: given.codec }]
      : []
  })
}

function isPlain({ name, copyOf }: StepOutputPlan, { variable }: SliceOutput): boolean {
  return !copyOf && variable !== undefined && name === variable
}

function titleOf({ titles }: Segment): string | undefined {
  return titles
    .at(-1)
    ?.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]/g, '')
}

/** Names that a function of the module must not hide. */
function namesAround(world: World, needed: Needed): ReadonlySet<string> {
  const imported = world.kept.filter(s => roleOf(world, s) === 'import').flatMap(s => s.declares)
  return new Set([...imported, ...needed.modules.flatMap(s => s.declares)])
}
