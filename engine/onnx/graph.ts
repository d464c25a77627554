/** Builds an ONNX graph node by node; equal nodes are made once. Knows operators and tensors, not models. */
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
  NodeProtoSchema,
} from './generated/onnx-ml_pb.js'

export type DType = 'float64' | 'int64' | 'bool' | 'string'
/** A number is an INT. */
export type Attribute = number | string | readonly string[] | readonly bigint[] | TensorAttribute

/** A tensor of shape (n). */
export type TensorAttribute =
  | { readonly dtype: 'float64' | 'uint8'; readonly values: ArrayLike<number> }
  | { readonly dtype: 'int64'; readonly values: readonly bigint[] }
  | { readonly dtype: 'string'; readonly values: readonly string[] }

/** Name of a tensor. */
export type Ref = string

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>
  readonly domain?: 'ai.onnx.ml'
}

const dataTypes: Readonly<Record<DType, TensorProto_DataType>> = {
  float64: TensorProto_DataType.DOUBLE,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
  string: TensorProto_DataType.STRING,
}

/** Operator sets that onnxruntime 1.20 and later execute: of `ai.onnx.ml` the first with trees over doubles. */
const operatorSets = [
  { domain: '', version: 19n },
  { domain: 'ai.onnx.ml', version: 5n },
]
const irVersion = 9n

export interface GraphBuilder {
  /** Shape (nRows, size); without a size (nRows). */
  input(name: string, dtype: DType, size?: number): Ref
  /** A constant of shape (1), or (n) for a list. */
  constant(dtype: DType, values: readonly (number | bigint | string | boolean)[]): Ref
  /** A constant of float64, row after row. */
  matrix(values: ArrayLike<number>, dims: readonly number[]): Ref
  node(operator: string, inputs: readonly Ref[], options?: NodeOptions): Ref
  cast(ref: Ref, to: DType): Ref
  /** Whether a tensor depends on an input: what does not has one row for all. */
  isPerRow(ref: Ref): boolean
  output(name: string, ref: Ref, dtype: DType, size?: number): void
  serialize(name: string, doc: string): Uint8Array
}

export function createGraph(): GraphBuilder {
  const nodes: PlainNode[] = []
  const perRow = new Set<Ref>()
  const initializers: TensorProto[] = []
  const inputs: ValueInfoProto[] = []
  const outputs: ValueInfoProto[] = []
  const made = new Map<string, Ref>()
  let nNames = 0
  // No column can be called so: names from outside never begin with a blank.
  const nextName = () => ` ${++nNames}`
  const once = (key: string, make: (name: Ref) => void): Ref => {
    const known = made.get(key)
    if (known !== undefined) return known
    const name = nextName()
    make(name)
    made.set(key, name)
    return name
  }
  const node = (operator: string, refs: readonly Ref[], options: NodeOptions = {}): Ref => {
    const key = JSON.stringify([operator, refs, options], (_, v) => (typeof v === 'bigint' ? `${v}n` : v))
    return once(key, name => {
      nodes.push({ operator, refs, name, options })
      if (refs.some(ref => perRow.has(ref))) perRow.add(name)
    })
  }
  return {
    node,
    input(name, dtype, size) {
      inputs.push(valueInfo(name, dtype, size))
      perRow.add(name)
      return name
    },
    constant(dtype, values) {
      const key = JSON.stringify([dtype, values.map(v => (Object.is(v, -0) ? '-0' : String(v)))])
      return once(key, name => initializers.push(tensorProto(name, dtype, values)))
    },
    matrix(values, dims) {
      const name = nextName()
      initializers.push(
        create(TensorProtoSchema, {
          name,
          dataType: TensorProto_DataType.DOUBLE,
          dims: dims.map(BigInt),
          rawData: doubleBytes(values),
        }),
      )
      return name
    },
    isPerRow: ref => perRow.has(ref),
    cast: (ref, to) => node('Cast', [ref], { attributes: { to: dataTypes[to] } }),
    output(name, ref, dtype, size) {
      nodes.push({ operator: 'Identity', refs: [ref], name, options: {} })
      outputs.push(valueInfo(name, dtype, size))
    },
    serialize(name, doc) {
      const model = create(ModelProtoSchema, {
        irVersion,
        producerName: 'slipway',
        docString: doc,
        opsetImport: operatorSets,
        graph: { name, ...reached({ nodes, initializers, outputs }), input: inputs, output: outputs },
      })
      return toBinary(ModelProtoSchema, model)
    },
  }
}

interface PlainNode {
  readonly operator: string
  readonly refs: readonly Ref[]
  readonly name: Ref
  readonly options: NodeOptions
}

/** The nodes and constants that outputs depend on, in an order in which they can be computed. */
function reached(graph: {
  readonly nodes: readonly PlainNode[]
  readonly initializers: readonly TensorProto[]
  readonly outputs: readonly ValueInfoProto[]
}): { node: NodeProto[]; initializer: TensorProto[] } {
  const needed = new Set<Ref>(graph.outputs.map(({ name }) => name))
  const kept: PlainNode[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!needed.has(node.name)) continue
    kept.push(node)
    for (const ref of node.refs) needed.add(ref)
  }
  return {
    node: kept.toReversed().map(nodeProto),
    initializer: graph.initializers.filter(({ name }) => needed.has(name)),
  }
}

function nodeProto({ operator, refs, name, options }: PlainNode): NodeProto {
  const attribute = Object.entries(options.attributes ?? {}).map(([k, v]) => attributeProto(k, v))
  return create(NodeProtoSchema, {
    opType: operator,
    input: [...refs],
    output: [name],
    domain: options.domain ?? '',
    attribute,
  })
}

function valueInfo(name: string, dtype: DType, size?: number): ValueInfoProto {
  const rows = { value: { case: 'dimParam' as const, value: 'n' } }
  const dim = [
    rows,
    ...(size === undefined ? [] : [{ value: { case: 'dimValue' as const, value: BigInt(size) } }]),
  ]
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dataTypes[dtype], shape: { dim } } } },
  })
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  const encode = (text: string) => new TextEncoder().encode(text)
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) })
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRING, s: encode(value) })
  if ('dtype' in value)
    return create(AttributeProtoSchema, {
      name,
      type: AttributeProto_AttributeType.TENSOR,
      t: attributeTensor(value),
    })
  if (value.every(v => typeof v === 'bigint'))
    return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INTS, ints: [...value] })
  const strings = value.map(v => encode(String(v)))
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.STRINGS, strings })
}

function attributeTensor(tensor: TensorAttribute): TensorProto {
  const dims = [BigInt(tensor.values.length)]
  switch (tensor.dtype) {
    case 'float64':
      return create(TensorProtoSchema, {
        dataType: TensorProto_DataType.DOUBLE,
        dims,
        rawData: doubleBytes(tensor.values),
      })
    case 'uint8':
      return create(TensorProtoSchema, {
        dataType: TensorProto_DataType.UINT8,
        dims,
        rawData: Uint8Array.from(tensor.values),
      })
    default:
      return tensorProto('', tensor.dtype, tensor.values)
  }
}

/** Little-endian, as raw data is. */
function doubleBytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  for (let i = 0; i < values.length; i++) view.setFloat64(i * 8, values[i]!, true)
  return new Uint8Array(view.buffer)
}

function tensorProto(
  name: string,
  dtype: DType,
  values: readonly (number | bigint | string | boolean)[],
): TensorProto {
  const data = {
    float64: () => ({ doubleData: values.map(Number) }),
    int64: () => ({ int64Data: values.map(v => BigInt(v)) }),
    bool: () => ({ int32Data: values.map(Number) }),
    string: () => ({ stringData: values.map(v => new TextEncoder().encode(String(v))) }),
  }[dtype]()
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypes[dtype],
    dims: [BigInt(values.length)],
    ...data,
  })
}
