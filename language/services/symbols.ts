/** The outline of a file. */
import type { ProjectFile } from '../project.ts'
import type { AnyDeclaration, DeclarationKind, Name } from '../syntax/ast.ts'
import type { Span } from '../syntax/tokens.ts'

export interface DocumentSymbol {
  readonly kind: DeclarationKind | 'modelFeature' | 'label' | 'output' | 'column' | 'test'
  readonly name: string
  /** Of the whole. */
  readonly range: Span
  /** Of the name. */
  readonly span: Span
  readonly children: readonly DocumentSymbol[]
}

export function documentSymbols(file: ProjectFile | undefined): readonly DocumentSymbol[] {
  return (file?.declarations ?? []).flatMap(declaration => {
    const { name, node, kind } = declaration
    if (!name) return []
    const range = { start: node.start, end: node.end }
    return [{ kind, name: name.text, range, span: name.span, children: childrenOf(declaration) }]
  })
}

function childrenOf(declaration: AnyDeclaration): readonly DocumentSymbol[] {
  switch (declaration.kind) {
    case 'source':
      return (declaration.columns ?? []).map(({ name }) => symbol('column', name, name.span))
    case 'entity':
      return declaration.keys.map(({ name }) => symbol('column', name, name.span))
    case 'feature':
      return []
    case 'model': {
      const { features, label, outputs, tests } = declaration
      return [
        ...(features?.items ?? []).map(item => symbol('modelFeature', item.name, item.span)),
        ...(label?.name ? [symbol('label', label.name, label.span)] : []),
        ...outputs.flatMap(output => (output.name ? [symbol('output', output.name, output.span)] : [])),
        ...tests.flatMap(({ name, span }) =>
          name ? [symbol('test', { text: name.value, span: name.span }, span)] : [],
        ),
      ].sort((a, b) => a.range.start - b.range.start)
    }
  }
}

function symbol(
  kind: DocumentSymbol['kind'],
  name: Pick<Name, 'text' | 'span'>,
  range: Span,
): DocumentSymbol {
  return { kind, name: name.text, range, span: name.span, children: [] }
}
