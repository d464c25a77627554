/** Checks entities: the parts of their keys. */
import { list } from '../syntax/parse-items.ts'
import type { EntityDeclaration, Name, TypedName } from '../syntax/ast.ts'
import { type Type, describeType, unknownType, valueType } from '../type-rules.ts'
import type { ValueKind } from '../types.ts'
import { type Analysis, type Declared, entitySymbol } from './declarations.ts'
import { Findings } from './findings.ts'
import { checkType } from './typed-name.ts'

export function checkEntity({ declaration, path }: Declared<EntityDeclaration>): Analysis<'entity'> {
  const findings = new Findings(path)
  const name = declaration.name?.text ?? ''
  if (declaration.name) findings.define(declaration.name.span, entitySymbol({ name, path }))
  if (declaration.name && declaration.keys.length === 0 && !declaration.broken)
    findings.report('SLIP009', declaration.name.span, `The entity \`${name}\` lacks a key.`, {
      hint: `Say what identifies one, for example \`entity ${name}(code: string)\`.`,
    })
  const keys = declaration.keys.map(key => ({ name: key.name.text, type: checkKey(key, findings) }))
  reportRepeated(
    declaration.keys.map(key => key.name),
    findings,
  )
  const distinct = keys.filter((key, i) => keys.findIndex(other => other.name === key.name) === i)
  const info = { declaration, path, name, keys: distinct }
  if (declaration.broken || findings.hasErrors || !name) return { info, findings }
  const columns = keys.map(key => ({ name: key.name, type: valueType(key.type)! }))
  const { doc } = declaration
  return { info: { ...info, plan: { name, keys: columns, ...(doc !== undefined && { doc }) } }, findings }
}

const keyKinds: readonly ValueKind[] = ['int', 'string', 'category', 'bool', 'timestamp']

function checkKey(key: TypedName, findings: Findings): Type {
  const type = checkType(key, findings)
  if (!type) return unknownType
  if (!keyKinds.includes(type.kind)) {
    const message = `Expected ${list(keyKinds)} for a key, got \`${describeType({ ...type, nullable: false })}\`.`
    findings.report('SLIP201', key.type!.span, message, {
      ...(type.kind === 'float' && {
        hint: 'Two floats are rarely exactly the same. Use an int or a string.',
      }),
    })
    return unknownType
  }
  // A row whose key is missing belongs to nothing, whatever the type says.
  return { ...type, nullable: false }
}

function reportRepeated(names: readonly Name[], findings: Findings): void {
  const seen = new Map<string, Name>()
  for (const name of names) {
    const first = seen.get(name.text)
    if (first)
      findings.report('SLIP109', name.span, `The key \`${name.text}\` is declared twice.`, {
        related: [{ path: findings.path, span: first.span, message: 'The first one is here.' }],
      })
    else seen.set(name.text, name)
  }
}
