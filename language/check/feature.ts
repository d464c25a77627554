/** Checks features: what a windowed and a derived one have in common. */
import type { FeatureDeclaration } from '../syntax/ast.ts'
import {
  type Analysis,
  type Declared,
  type EntityInfo,
  type Environment,
  entitySymbol,
} from './declarations.ts'
import { checkDerived } from './derived.ts'
import type { FeatureContext } from './feature-parts.ts'
import { Findings } from './findings.ts'
import { isDerived } from './mentions.ts'
import { reportUnknown } from './unknown.ts'
import { checkWindow } from './window.ts'

export {
  checkCondition,
  columnOf,
  constantScope,
  sameKind,
  unknownFunction,
  unknownSource,
} from './feature-parts.ts'

export function checkFeature(
  { declaration, path }: Declared<FeatureDeclaration>,
  env: Environment,
): Analysis<'feature'> {
  const findings = new Findings(path)
  const name = declaration.name?.text ?? ''
  const entity = checkEntityName(declaration, { env, findings })
  const context = { declaration, path, env, findings, entity }
  const { type, reads, plan, source, inputs } = isDerived(declaration)
    ? checkDerived(context)
    : checkWindow(context)
  if (declaration.name) findings.define(declaration.name.span, { kind: 'feature', name }, type)
  const keys = entity?.keys.map(key => key.type)
  const info = { declaration, path, name, type, keys, of: entity?.name, reads }
  if (!plan || !entity?.plan || !name || declaration.broken || findings.hasErrors) return { info, findings }
  const found = { plan, entity: entity.plan, ...(source && { source }), ...(inputs && { inputs }) }
  return { info: { ...info, ...found }, findings }
}

function checkEntityName(
  { entity }: FeatureDeclaration,
  { env, findings }: Pick<FeatureContext, 'env' | 'findings'>,
): EntityInfo | undefined {
  if (!entity) return undefined
  const info = env.entity(entity.text)
  if (info) findings.refer(entity.span, entitySymbol(info))
  else
    reportUnknown('entity', entity, {
      env,
      findings,
      hint: `Declare it: \`entity ${entity.text}(key: string)\`.`,
    })
  return info
}
