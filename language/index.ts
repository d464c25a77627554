/** What the rest of the house may use of the language. */
export type * from './plan.ts'
export type * from './types.ts'
export { planVersion } from './plan.ts'

export type {
  AnalysisHost,
  CatalogFeature,
  CatalogView,
  ColumnStatistics,
  FeatureDefinition,
  SourceRef,
  SourceStatistics,
} from './host.ts'
export {
  type Diagnostic,
  type DiagnosticCode,
  type Fix,
  type RelatedPlace,
  type Severity,
  type TextEdit,
  diagnosticCodes,
  explanationOf,
  isIgnorable,
} from './diagnostics.ts'
export {
  type EntitySymbol,
  type Export,
  type FeatureSymbol,
  type FileOptions,
  type ImportLink,
  type ModelSymbol,
  type PlanResult,
  type SourceSymbol,
  type Workspace,
  type WorkspaceOptions,
  createWorkspace,
} from './workspace.ts'
export { type LanguageVersion, checkConfig, languageVersions, newestLanguage } from './config.ts'
export type { ColumnRead, EntityPlan, ImportableKind } from './check/declarations.ts'
export type { Occurrence, Resolution, SymbolKind, SymbolRef } from './check/findings.ts'
export { definitionsUnder, featureKey, sameDefinition } from './check/definitions.ts'
export { isDerived, mentionsOf } from './check/mentions.ts'
export { formats, origins, typeNames } from './check/source.ts'

export { parse } from './syntax/parser.ts'
export {
  type NodeKind,
  type SyntaxElement,
  type SyntaxNode,
  type SyntaxTree,
  childNodes,
  isNode,
  nodeAt,
  nodesOf,
  ownTokens,
  childOfKind,
  childrenOfKind,
  printTree,
  tokenAt,
  tokensOf,
} from './syntax/tree.ts'
export { type Span, type Token, type TokenKind, isTrivia } from './syntax/tokens.ts'
export type * as ast from './syntax/ast.ts'
export { declarationsOf, importsOf } from './syntax/lower.ts'
export { ignoresOf } from './syntax/ignores.ts'
export { isExpressionWord, keywords, writeName } from './syntax/keywords.ts'
export { writeInstant } from './syntax/literals.ts'
export { format } from './format/format.ts'
export { type TextChange, formatEdits, formatOnType, formatRange } from './format/edits.ts'

export type { DocumentSymbol } from './services/symbols.ts'
export type { Callee, Caller } from './services/calls.ts'
export type { Location, NamedPlace } from './services/navigation.ts'
export type { RenameResult, RenameTarget } from './services/rename.ts'
export type { Candidate, CandidateKind, ContextKind, FeatureName, Scope, Wanted } from './services/scope.ts'

export { type Type, describeType } from './type-rules.ts'
export {
  type AggregateEntry,
  type Example,
  type FunctionEntry,
  type Parameter,
  aggregates,
  allFunctions,
  functionEntry,
  functionGroups,
  functions,
} from './functions.ts'
export {
  type AlgorithmEntry,
  type HyperparameterEntry,
  type Hyperparameters,
  algorithmNamed,
  algorithms,
  describeLimits,
  writeDefault,
} from './algorithms.ts'
export { type MetricEntry, defaultMetricsFor, describeRange, metrics } from './metrics.ts'
export { type MonitorEntry, metricWindowUs, monitorWindowUs, monitors } from './health.ts'
export { suggest } from './suggest.ts'
