/**
 * What calls of library code do, looked up in versioned stubs (`promote/effects/*.json`, described in the README
 * there). Who has no stub is assumed to do anything.
 */
import validRange from 'semver/ranges/valid.js'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import arrow from '../effects/apache-arrow.json' with { type: 'json' }
import danfo from '../effects/danfojs-node.json' with { type: 'json' }
import js from '../effects/js.json' with { type: 'json' }
import notebook from '../effects/notebook.json' with { type: 'json' }
import node from '../effects/node.json' with { type: 'json' }
import plot from '../effects/observablehq-plot.json' with { type: 'json' }
import slipway from '../effects/slipway.json' with { type: 'json' }
import tfjsCore from '../effects/tfjs-core.json' with { type: 'json' }
import tfjsLayers from '../effects/tfjs-layers.json' with { type: 'json' }

/**
 * A thing that a call works on: what the method is called on, an argument by position, every argument, or those with
 * all that they hold.
 */
const TargetSchema = Type.Union([
  Type.Literal('receiver'),
  Type.Literal('arguments'),
  Type.Literal('held'),
  Type.Integer({ minimum: 0 }),
])
export type Target = Static<typeof TargetSchema>

/**
 * `file` is any file, `file:0` the one whose path is the first argument; `network:0` is nothing when the first
 * argument is a path and no address.
 */
const OutsideSchema = Type.String({
  pattern:
    '^(file|file:\\d+|network|network:\\d+|environment|locale|clock|random|process|display|state:[\\w.-]+)$',
})

const effectMembers = {
  /** It looks at what the receiver holds and not into that, nor into the arguments: a list takes in what it is given. */
  shallow: Type.Optional(Type.Boolean()),
  /** These change; what they contain does not. */
  mutates: Type.Optional(Type.Array(TargetSchema)),
  /** These are held by the receiver afterwards (with what they hold themselves, as an `Object.assign` does, unless it is `shallow`). */
  stores: Type.Optional(Type.Array(TargetSchema)),
  /** Who holds what `stores` says. Default: the receiver. */
  into: Type.Optional(TargetSchema),
  /** Functions among the arguments that are called, with elements of the receiver, during the call or `later`. */
  calls: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }))),
  /** `promise`: after the call unless the promise that comes back is awaited. */
  later: Type.Optional(Type.Union([Type.Boolean(), Type.Literal('promise')])),
  /** What those functions get, by position. Default: anything that the receiver and the arguments hold. */
  gives: Type.Optional(
    Type.Array(
      Type.Union([
        Type.Literal('element'),
        Type.Literal('receiver'),
        Type.Literal('result'),
        Type.Literal('argument'),
        Type.Literal('made'),
        Type.Literal('nothing'),
      ]),
    ),
  ),
  /** `result` may be an element of the receiver (a `reduce` without a first value). */
  accumulates: Type.Optional(Type.Boolean()),
  /** The functions are called when what comes back is gone through, as an iterator's `map` does. */
  lazy: Type.Optional(Type.Boolean()),
  /** Gives an object a property that may have a getter and a setter, as `Object.defineProperty` does. */
  defines: Type.Optional(Type.Boolean()),
  /** Stands behind what comes back as its prototype; descriptors of properties may follow it (`Object.create`). */
  prototype: Type.Optional(Type.Integer({ minimum: 0 })),
  /**
   * What comes back: `new` shares nothing with what went in; `copy` is new and holds the receiver's elements and
   * the arguments; `element` is something inside the receiver or an argument; `callback` is what the callback gave, `callback-in-new` a new list of that.
   */
  returns: Type.Optional(
    Type.Array(
      Type.Union([
        Type.Literal('new'),
        Type.Literal('copy'),
        Type.Literal('element'),
        Type.Literal('callback'),
        Type.Literal('callback-in-new'),
        TargetSchema,
      ]),
    ),
  ),
  /** The class of the value that comes back, as the stubs name it (of another package:
   * `package:Class`). Default: as the checker sees it. */
  type: Type.Optional(Type.String()),
  /** The value that comes back never changes. */
  frozen: Type.Optional(Type.Boolean()),
  reads: Type.Optional(Type.Array(OutsideSchema)),
  writes: Type.Optional(Type.Array(OutsideSchema)),
  /** Argument 0 is a path of a file that the result depends on. */
  data: Type.Optional(Type.Boolean()),
  /** Argument 0 is a path of a model file. */
  model: Type.Optional(Type.Boolean()),
  /** It lets go of what it works on, such as a timer: kept wherever that is kept. */
  release: Type.Optional(Type.Boolean()),
  /** Time passes until what comes back is there: kept where a clock is read after it. */
  waits: Type.Optional(Type.Boolean()),
  /** Cheap, and the same each time: a step makes its own instead of being handed one. */
  again: Type.Optional(Type.Boolean()),
}
const EffectSchema = Type.Object({
  ...effectMembers,
  /**
   * With this option set to true in an object argument (or to what cannot be known), this happens too; or with this
   * argument, unless it is one of these texts.
   */
  when: Type.Optional(
    Type.Union([
      Type.Object({ option: Type.String(), ...effectMembers }),
      Type.Object({
        argument: Type.Integer({ minimum: 0 }),
        except: Type.Array(Type.String()),
        ...effectMembers,
      }),
    ]),
  ),
})
export type Effect = Static<typeof EffectSchema>

const StubSchema = Type.Object({
  format: Type.Literal(1),
  /** `js` (the language), `node` (its library) or a package's name. */
  package: Type.String(),
  /** Packages that hand the same things on under their own name. */
  also: Type.Optional(Type.Array(Type.String())),
  /** The versions that it was written against. */
  versions: Type.String(),
  /** Every name may stand for several: classes that share methods. `Child: Parent` looks up in the parent too. */
  extends: Type.Optional(Type.Record(Type.String(), Type.String())),
  /**
   * What the properties of a class are that its declaration does not name, for a checker that knows nothing of them:
   * a column of a frame is a series.
   */
  parts: Type.Optional(Type.Record(Type.String(), Type.String())),
  /** `function`, `Class.method`, `Class.new`, `Class.*`, `*` -> effect. */
  effects: Type.Record(Type.String(), EffectSchema),
})
export type EffectStub = Static<typeof StubSchema>

export interface Effects {
  /** Every stub's package and version text: part of what decided a slice. */
  readonly stubs: readonly {
    readonly package: string
    readonly also: readonly string[]
    readonly versions: string
  }[]
  /** All packages that some stub speaks of. */
  readonly packages: ReadonlySet<string>
  /** @param name `function`, `Class.method` or `Class.new` */
  find(packageName: string, name: string): Effect | undefined
  /** The class of an undeclared property of a class. */
  partOf(packageName: string, className: string): string | undefined
  /** Of this very name: no `*` and no class that it extends. */
  exactly(packageName: string, name: string): Effect | undefined
}

/** The stubs that come with Slipway. @param extra the user's own, which go first */
export function loadEffects(extra: readonly EffectStub[] = []): Effects {
  const key = JSON.stringify(extra)
  if (loaded?.key === key) return loaded.effects
  const own = [slipway, danfo, arrow, plot, tfjsCore, tfjsLayers, node, js, notebook]
  loaded = { key, effects: createEffects([...extra, ...own.map(checkEffectStub)]) }
  return loaded.effects
}

/** The same stubs are the same effects: what was found with them can be gone on from. */
let loaded: { readonly key: string; readonly effects: Effects } | undefined

/** @throws Error naming the place when the stub has the wrong shape */
export function checkEffectStub(value: unknown): EffectStub {
  if (Value.Check(StubSchema, value)) {
    const { package: name, versions } = value
    // The language has editions.
    if (name === 'js' || validRange(versions) !== null) return value
    throw new Error(
      `effect stub for ${name} at /versions: expected a range such as ">=2 <3", got "${versions}"`,
    )
  }
  const name = (value as { package?: unknown } | null)?.package
  const first = [...Value.Errors(StubSchema, value)][0]
  throw new Error(`effect stub for ${String(name)} at ${first?.instancePath}: ${first?.message}`)
}

export function createEffects(stubs: readonly EffectStub[]): Effects {
  return {
    stubs: stubs.map(({ package: name, also = [], versions }) => ({ package: name, also, versions })),
    packages: new Set(stubs.flatMap(stub => [stub.package, ...(stub.also ?? [])])),
    find(packageName, name) {
      for (const stub of stubs) {
        const isOf = stub.package === packageName || stub.also?.includes(packageName)
        const effect = isOf ? findIn(stub, name) : undefined
        if (effect) return effect
      }
      return undefined
    },
    exactly(packageName, name) {
      const of = stubs.filter(stub => stub.package === packageName || stub.also?.includes(packageName))
      return of.map(({ effects }) => own(effects, name)).find(effect => effect !== undefined)
    },
    partOf(packageName, className) {
      for (const { package: owner, also, parts = {} } of stubs) {
        const part = owner === packageName || also?.includes(packageName) ? own(parts, className) : undefined
        if (part) return part
      }
      return undefined
    },
  }
}

function findIn(stub: EffectStub, name: string): Effect | undefined {
  const dot = name.lastIndexOf('.')
  const owner = dot < 0 ? '' : name.slice(0, dot)
  const exact = own(stub.effects, name) ?? (owner ? own(stub.effects, `${owner}.*`) : undefined)
  if (exact) return exact
  const parent = own(stub.extends ?? {}, owner)
  return (parent && findIn(stub, `${parent}${name.slice(dot)}`)) || own(stub.effects, '*')
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
