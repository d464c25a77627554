/** What a prediction of the model gives. */
import type { OutputPlan } from '../../plan.ts'
import type { CallExpression, Expression, ModelDeclaration, Name, RankValue } from '../../syntax/ast.ts'
import { writeName } from '../../syntax/keywords.ts'
import type { Span } from '../../syntax/tokens.ts'
import { type Type, describeType, isClasses, isNumeric, isText, unknownType } from '../../type-rules.ts'
import { type PartContext, countOf, observedColumn, trustedLabel } from './context.ts'

export interface CheckedOutput {
  readonly name: Name
  readonly kind: OutputPlan['kind'] | undefined
  readonly type: Type
  readonly plan?: OutputPlan
}

type OutputItem = ModelDeclaration['outputs'][number]

/** In the order of the text. A ranking may be of an output further down. */
export function checkOutputs({ outputs }: ModelDeclaration, context: PartContext): readonly CheckedOutput[] {
  const { findings, model } = context
  const seen = new Map<string, Span>()
  const checked = outputs.flatMap(item => {
    const output = checkOutput(item, context)
    if (!output) return []
    const { name, type } = output
    findings.define(name.span, { kind: 'output', name: name.text, container: model }, type)
    const first = seen.get(name.text)
    if (first)
      findings.report('SLIP109', name.span, `The output \`${name.text}\` is there twice.`, {
        related: [{ path: findings.path, span: first, message: 'The first one is here.' }],
      })
    else seen.set(name.text, name.span)
    return [output]
  })
  for (const [i, item] of outputs.entries())
    if (item.value?.kind === 'rank')
      checkRanked(item.value, { ...context, outputs: checked, ranking: outputs[i]!.name })
  return checked
}

function checkOutput({ name, value }: OutputItem, context: PartContext): CheckedOutput | undefined {
  if (!name) return undefined
  if (!value || value.kind === 'broken') return { name, kind: undefined, type: unknownType }
  if (value.kind === 'rank') return checkRank(name, value, context)
  if (value.kind === 'call' && !value.callee.quoted && !value.pin) {
    if (value.callee.text === 'probability') return checkProbability(name, value, context)
    if (value.callee.text === 'prediction') return checkPrediction(name, value, context)
  }
  const { findings } = context
  const example = exampleOutput(context)
  const span = value.kind === 'call' ? value.callee.span : value.span
  findings.report('SLIP113', span, `Expected \`${example}\` for the output \`${name.text}\`.`, {
    hint: 'An output is `probability(label)`, `prediction(label)` or `rank by` another output.',
    fixes: [findings.replace(value.span, example, `Change to \`${example}\``)],
  })
  return { name, kind: undefined, type: unknownType }
}

/** What fits the label, as it is written. */
function exampleOutput(context: PartContext): string {
  const label = writeName(context.label?.name || 'label')
  const type = trustedLabel(context)
  return !type || type.kind === 'bool' ? `probability(${label})` : `prediction(${label})`
}

/** Whether the first argument is the label; reported when it is another name. */
function ofLabel(call: CallExpression, { declaration, label, findings, model }: PartContext): boolean {
  const [of] = call.args
  // What a label is called whose value could not be read is uncertain.
  if (!label?.name || !declaration.label?.value || of?.kind === 'broken') return false
  if (of?.kind === 'name' && of.name.text === label.name) {
    findings.refer(of.span, { kind: 'label', name: label.name, container: model }, label.type)
    return true
  }
  const name = writeName(label.name)
  findings.report('SLIP112', of?.span ?? call.span, `Expected the label \`${label.name}\`.`, {
    fixes: [
      of
        ? findings.replace(of.span, name, `Change to \`${name}\``)
        : findings.replace(
            call.span,
            `${call.callee.text}(${name})`,
            `Change to \`${call.callee.text}(${name})\``,
          ),
    ],
  })
  return false
}

function tooMany(call: CallExpression, allowed: number, { findings }: PartContext): boolean {
  const extra = call.args[allowed]
  if (!extra) return false
  findings.report(
    'SLIP203',
    call.span,
    `Expected ${allowed} argument${allowed === 1 ? '' : 's'} for \`${call.callee.text}\`, got ${call.args.length}.`,
  )
  return true
}

function checkPrediction(name: Name, call: CallExpression, context: PartContext): CheckedOutput {
  const { label } = context
  const type = predictionType(label?.type ?? unknownType)
  const right = ofLabel(call, context) && !tooMany(call, 1, context)
  return { name, kind: 'prediction', type, ...(right && { plan: { name: name.text, kind: 'prediction' } }) }
}

/** Of a number its expected value, of a class the likeliest one. */
function predictionType(type: Type): Type {
  if (isNumeric(type)) return { ...type, kind: 'float', nullable: false }
  return isText(type) ? { kind: 'category', nullable: false } : { ...type, nullable: false }
}

function checkProbability(name: Name, call: CallExpression, context: PartContext): CheckedOutput {
  const output = { name, kind: 'probability', type: { kind: 'float', nullable: false } } as const
  if (!ofLabel(call, context) || tooMany(call, 2, context)) return output
  const type = trustedLabel(context)
  if (!type) return output
  const { findings } = context
  if (!isClasses(type)) {
    const instead = `prediction(${writeName(context.label!.name)})`
    findings.report(
      'SLIP212',
      call.span,
      `Expected a label of classes, got \`${describeType(type)}\`, which has no probability.`,
      {
        hint: 'A number is predicted by its expected value.',
        fixes: [findings.replace(call.span, instead, `Change to \`${instead}\``)],
      },
    )
    return output
  }
  const ofClass = checkClass(call, { ...context, type })
  if (ofClass === 'wrong') return output
  return {
    ...output,
    plan: { name: name.text, kind: 'probability', ...(ofClass !== undefined && { class: ofClass }) },
  }
}

/** The class whose probability is asked for: none of a bool, one of a label of more classes. */
function checkClass(
  call: CallExpression,
  context: PartContext & { type: Type },
): string | undefined | 'wrong' {
  const { findings, type } = context
  const [of, given] = call.args
  if (given?.kind === 'broken') return 'wrong'
  if (type.kind === 'bool') {
    if (!given) return undefined
    const extra = { start: of!.span.end, end: given.span.end }
    findings.report('SLIP212', given.span, 'Expected no class for a bool: its probability is that of true.', {
      fixes: [findings.replace(extra, '', 'Remove the class')],
    })
    return 'wrong'
  }
  if (!given) {
    const known = classesOf(context)
    const instead = `prediction(${writeName(context.label!.name)})`
    findings.report('SLIP212', call.span, 'Expected the class whose probability is meant, got none.', {
      hint: `For example \`probability(${writeName(context.label!.name)}, ${JSON.stringify(known[0] ?? 'high')})\`; \`${instead}\` gives the likeliest class.`,
      fixes: [
        ...known.slice(0, 3).map(one => {
          const written = `, ${JSON.stringify(one)}`
          return findings.replace(
            { start: of!.span.end, end: of!.span.end },
            written,
            `Take the class ${JSON.stringify(one)}`,
          )
        }),
        findings.replace(call.span, instead, `Change to \`${instead}\``),
      ],
    })
    return 'wrong'
  }
  return textOf(given, context) ?? 'wrong'
}

function textOf(given: Expression, { findings }: PartContext): string | undefined {
  if (given.kind === 'literal' && typeof given.value === 'string') return given.value
  const name = given.kind === 'name' ? JSON.stringify(given.name.text) : undefined
  findings.report('SLIP201', given.span, 'Expected the class as a text in quotes.', {
    ...(name !== undefined && { fixes: [findings.replace(given.span, name, `Change to \`${name}\``)] }),
  })
  return undefined
}

/** The classes of a label that is a column, when the data's statistics tell them. */
function classesOf({ label, source, env }: PartContext): readonly string[] {
  const expr = label?.plan?.expr
  if (expr?.op !== 'column' || !source?.plan) return []
  const top = env.host.statistics?.(source.plan)?.columns.get(expr.name)?.top ?? []
  return top.flatMap(({ value }) => (typeof value === 'string' ? value : []))
}

function checkRank(name: Name, { by, per, top }: RankValue, context: PartContext): CheckedOutput {
  const limit = top && countOf(top, { what: 'a number of rows', min: 1, max: 1_000_000_000 }, context)
  const columns = checkGroups(per, context)
  const type: Type = { kind: 'int', nullable: top !== undefined }
  const output: CheckedOutput = { name, kind: 'rank', type }
  if (!by || !columns || (top && limit === undefined)) return output
  const plan = {
    name: name.text,
    kind: 'rank' as const,
    by: by.text,
    per: columns,
    ...(top && { top: limit! }),
  }
  return { ...output, plan }
}

function checkGroups(per: readonly Name[], context: PartContext): readonly string[] | undefined {
  const { findings, source } = context
  const seen = new Set<string>()
  let right = true
  for (const name of per) {
    const type = observedColumn(name, context, 'to rank within')
    if (source?.columns && !type) right = false
    if (seen.has(name.text)) {
      findings.report('SLIP109', name.span, `The column \`${name.text}\` is there twice.`)
      right = false
    }
    seen.add(name.text)
    if (type?.kind !== 'float' && type?.kind !== 'vector') continue
    findings.report(
      'SLIP212',
      name.span,
      `Expected values that come again to rank within, got \`${describeType(type)}\`.`,
    )
    right = false
  }
  return right ? per.map(({ text }) => text) : undefined
}

type RankContext = PartContext & {
  readonly outputs: readonly CheckedOutput[]
  readonly ranking: Name | undefined
}

/** What is ranked by has to be another output, and a number. */
function checkRanked({ by }: RankValue, { outputs, findings, model, ranking }: RankContext): void {
  if (!by) return
  const ranked = outputs.find(({ name }) => name.text === by.text)
  const numbers = outputs.filter(
    ({ kind, type }) => kind !== 'rank' && (isNumeric(type) || type.kind === 'unknown'),
  )
  const among = numbers.map(({ name }) => name.text)
  if (!ranked)
    return findings.unknownName('SLIP113', by, `There is no output \`${by.text}\` to rank by.`, {
      among: among.length === 1 ? [by.text === among[0] ? '' : among[0]!] : among,
      hint:
        among.length > 0
          ? `There is ${among.join(', ')}.`
          : 'Add one, for example `output score = probability(label)`.',
    })
  findings.refer(by.span, { kind: 'output', name: by.text, container: model }, ranked.type)
  if (ranked.kind === 'rank' || ranked.name === ranking)
    return findings.report('SLIP212', by.span, `Expected an output that is no ranking, got \`${by.text}\`.`)
  if (!isNumeric(ranked.type) && ranked.type.kind !== 'unknown')
    findings.report('SLIP212', by.span, `Expected a number to rank by, got \`${describeType(ranked.type)}\`.`)
}

/** What a model gives when it does not say. */
export function defaultOutput(label: string, type: Type): OutputPlan {
  return type.kind === 'bool'
    ? { name: `${label}_probability`, kind: 'probability' }
    : { name: `${label}_prediction`, kind: 'prediction' }
}
