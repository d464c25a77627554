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
export interface TensorAttribute {
  readonly dtype: 'float64' | 'uint8'
  readonly values: ArrayLike<number>
}

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
  /** Shape (nRows), or (nRows, size). */
  input(name: string, dtype: DType, size?: number): Ref
  /** A constant of shape (1), or (n) for a list. */
  constant(dtype: DType, values: readonly (number | bigint | string | boolean)[]): Ref
  /** A constant of float64, row after row. */
  matrix(values: ArrayLike<number>, dims: readonly number[]): Ref
  node(operator: string, inputs: readonly Ref[], options?: NodeOptions): Ref
  cast(ref: Ref, to: DType): Ref
  output(name: string, ref: Ref, dtype: DType, size?: number): void
  serialize(name: string, doc: string): Uint8Array
}

export function createGraph(): GraphBuilder {
  const nodes: NodeProto[] = []
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
      const attribute = Object.entries(options.attributes ?? {}).map(([k, v]) => attributeProto(k, v))
      nodes.push(
        create(NodeProtoSchema, {
          opType: operator,
          input: [...refs],
          output: [name],
          domain: options.domain ?? '',
          attribute,
        }),
      )
    })
  }
  return {
    node,
    input(name, dtype, size) {
      inputs.push(valueInfo(name, dtype, size))
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
    cast: (ref, to) => node('Cast', [ref], { attributes: { to: dataTypes[to] } }),
    output(name, ref, dtype, size) {
      nodes.push(create(NodeProtoSchema, { opType: 'Identity', input: [ref], output: [name] }))
      outputs.push(valueInfo(name, dtype, size))
    },
    serialize(name, doc) {
      const model = create(ModelProtoSchema, {
        irVersion,
        producerName: 'slipway',
        docString: doc,
        opsetImport: operatorSets,
        graph: { name, node: nodes, initializer: initializers, input: inputs, output: outputs },
      })
      return toBinary(ModelProtoSchema, model)
    },
  }
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

function attributeTensor({ dtype, values }: TensorAttribute): TensorProto {
  const dims = [BigInt(values.length)]
  return dtype === 'float64'
    ? create(TensorProtoSchema, {
        dataType: TensorProto_DataType.DOUBLE,
        dims,
        rawData: doubleBytes(values),
      })
    : create(TensorProtoSchema, {
        dataType: TensorProto_DataType.UINT8,
        dims,
        rawData: Uint8Array.from(values),
      })
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
