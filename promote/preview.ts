/** A proposal as a person looks at it and edits it (edits.ts): made of the slice, the plan and the files. */
import type {
  EditProblem,
  FileDiff,
  LiteralRef,
  OutputEdit,
  Preview,
  PreviewLiteral,
  PreviewOutput,
  PreviewParameter,
  PreviewSecret,
  PreviewStep,
  ProposalEdits,
} from './edits.ts'
import { isSecretName, looksSecret } from '../language/notebook/secrets.ts'
import type { Manifest } from './manifest.ts'
import type { Notebook } from './notebook.ts'
import { createStatementRefs, literalsOf, placeOf, type StatementRefs } from './slice/refs.ts'
import type { Slice, SliceOutput, Statement } from './slice/slice.ts'
import { ts } from './slice/typescript.ts'
import { constantLiteral } from './steps/classify.ts'
import type { PipelinePlan, StepPlan } from './steps/plan.ts'
import { stepPath } from './write/step-file.ts'

export interface PreviewOptions {
  readonly notebook: Notebook
  readonly slice: Slice
  readonly plan: PipelinePlan
  readonly manifest: Pick<Manifest, 'parameters'>
  readonly edits: ProposalEdits
  readonly files: readonly FileDiff[]
  /** Found elsewhere: while merging. */
  readonly problems?: readonly EditProblem[]
}

interface Look extends PreviewOptions {
  readonly refs: StatementRefs
  readonly kept: readonly Statement[]
}

/** What promotion would do. */
export function previewOf(options: PreviewOptions): Preview {
  const { slice, notebook, plan, files, problems = [] } = options
  const refs = createStatementRefs(notebook, slice.statements)
  const look: Look = { ...options, refs, kept: slice.statements.filter(s => slice.kept.has(s.index)) }
  return {
    steps: plan.steps.map(step => previewStep(look, step)),
    parameters: parametersOf(look),
    outputs: outputsOf(look),
    secrets: secretsOf(look),
    literals: literalsToLift(look),
    variables: variablesOf(look),
    problems: [...plan.decisions.problems, ...plan.problems, ...unknownConstants(look), ...problems],
    files,
  }
}

function previewStep({ refs, notebook }: Look, step: StepPlan): PreviewStep {
  const { name, proposedName, title, parameters, cells } = step
  const crossing = ({ name, codec, type }: StepPlan['outputs'][number]) => ({ name, codec, type: type.text })
  return {
    name,
    proposedName,
    ...(title === undefined ? {} : { title }),
    file: stepPath(step),
    statements: step.own.map(statement => ({
      at: refs.of(statement),
      ...placeOf(notebook, statement),
    })),
    inputs: step.inputs.map(({ name, step: from, type }) => ({
      name,
      from,
      codec: type.codec ?? 'json',
      type: type.text,
    })),
    parameters,
    outputs: step.outputs.map(crossing),
    cells,
    joined: step.joined.map(({ before, reason }) => ({ before: refs.of(before), reason })),
  }
}

function parametersOf({ plan, kept, refs, manifest }: Look): readonly PreviewParameter[] {
  const stepsOf = (name: string) =>
    plan.steps.filter(step => step.parameters.includes(name)).map(step => step.name)
  const from = new Map<string, LiteralRef>()
  for (const statement of kept) {
    const role = plan.roles.get(statement.index)
    const literal = role?.kind === 'parameter' ? constantLiteral(statement.node) : undefined
    if (role?.kind === 'parameter' && literal !== undefined)
      from.set(role.parameter.name, { ...refs.of(statement), literal })
  }
  const lifts = new Map([...plan.decisions.lifts.values()].flat().map(lift => [lift.parameter.name, lift.at]))
  return manifest.parameters.flatMap(parameter => {
    const at = lifts.get(parameter.name) ?? from.get(parameter.name)
    const isLifted = lifts.has(parameter.name)
    return at ? [{ ...parameter, from: at, steps: stepsOf(parameter.name), isLifted }] : []
  })
}

function outputsOf({ slice, plan, refs }: Look): readonly PreviewOutput[] {
  const named = slice.outputs.map((output): PreviewOutput => {
    const planned = plan.outputs.find(({ name }) => name === output.name)
    return {
      name: output.name,
      source: sourceOf(slice, refs, output),
      step: planned?.step ?? '',
      ...(planned ? { codec: planned.codec } : {}),
    }
  })
  const writing = slice.writing.map((index): PreviewOutput => {
    const at = refs.of(slice.statements[index] as Statement)
    const step = plan.steps.find(({ own }) => own.some(statement => statement.index === index))
    return { name: '', source: { at }, step: step?.name ?? '' }
  })
  return [...named, ...writing]
}

/** A variable by its name, where it is given as it is at the end; else by the statement after which it is given. */
function sourceOf(slice: Slice, refs: StatementRefs, { name, variable, after }: SliceOutput): OutputEdit {
  if (variable !== undefined && after === slice.statements.length - 1) return { variable, name }
  return { at: refs.of(slice.statements[after] as Statement), name }
}

function secretsOf({ kept, plan }: Look): readonly PreviewSecret[] {
  const named = [...plan.decisions.secrets.values()]
    .flat()
    .map(({ name, at }): PreviewSecret => ({ name, literal: at }))
  const own = kept.flatMap(({ node }) => secretCalls(node)).map((name): PreviewSecret => ({ name }))
  const seen = new Set(named.map(secret => secret.name))
  return [
    ...named,
    ...own.filter(({ name }) => {
      const isNew = !seen.has(name)
      seen.add(name)
      return isNew
    }),
  ]
}

function secretCalls(node: ts.Node): readonly string[] {
  const [name] = ts.isCallExpression(node) ? node.arguments : []
  const isSecret =
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'secret'
  const found = isSecret && name && ts.isStringLiteral(name) ? [name.text] : []
  ts.forEachChild(node, child => void found.push(...secretCalls(child)))
  return found
}

/** What is not lifted yet, of statements that form the steps. */
function literalsToLift({ plan, kept, refs, notebook }: Look): readonly PreviewLiteral[] {
  const taken = new Set(kept.flatMap(s => [...s.declares, ...s.mentions]))
  const done = new Set(
    [plan.decisions.lifts, plan.decisions.secrets].flatMap(map =>
      [...map.values()].flat().map(({ node }) => node),
    ),
  )
  return kept.flatMap(statement => {
    const isOurs = notebook.runs[statement.run]?.models !== undefined
    if (isOurs || plan.roles.get(statement.index)?.kind === 'parameter') return []
    return literalsOf(statement.node).flatMap(({ node, value }, literal) => {
      if (done.has(node)) return []
      const suggestedName = freeName(nameFor(node), taken)
      const isSecret = typeof value === 'string' && (looksSecret(value) || isSecretName(suggestedName))
      const text = node.getText()
      return [
        {
          at: { ...refs.of(statement), literal },
          text: isSecret ? `${text.slice(0, 4)}…` : text,
          suggestedName,
          looksSecret: isSecret,
          span: { start: node.getStart(), end: node.end },
        },
      ]
    })
  })
}

/** By what it is given to: `{ testShare: 0.2 }`, `const rows = 5 * n`, `options.seed = 1`. */
function nameFor(node: ts.Expression): string {
  const { parent } = node
  if (ts.isPropertyAssignment(parent) && ts.isIdentifier(parent.name)) return parent.name.text
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return parent.name.text
  const compared = ts.isBinaryExpression(parent) ? (parent.left === node ? parent.right : parent.left) : node
  const last = ts.isPropertyAccessExpression(compared) ? compared.name.text : undefined
  return last && /^[A-Za-z]\w*$/.test(last) ? `${last}Value` : 'value'
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let n = 2; ; n++) if (!taken.has(`${name}${n}`)) return `${name}${n}`
}

function variablesOf({ kept, refs }: Look): Preview['variables'] {
  const found = new Map<string, Statement>()
  for (const statement of kept)
    if (ts.isVariableStatement(statement.node))
      for (const name of statement.declares) found.set(name, statement)
  return [...found].map(([name, statement]) => ({ name, at: refs.of(statement) }))
}

function unknownConstants({ plan, kept }: Look): readonly EditProblem[] {
  return [...plan.decisions.constants]
    .filter(name => !kept.some(statement => statement.declares.includes(name)))
    .map(name => ({ message: `There is no constant ${name} any more that could stay one.` }))
}
