/**
 * Pictures of Vega-Lite and Vega specifications, for clients that have no renderer for them: notebooks on a code
 * host, converted ones, a JupyterLab without network. Drawn here, on no page: text is measured by estimate.
 *
 * Vega is loaded by the first plot of a process and by nothing else.
 */
import { vegaLiteMime } from '../display/messages.ts'

type Spec = Readonly<Record<string, unknown>>

/** A larger picture is left out: the notebook's file would hold it beside the specification. */
const maxLength = 1_000_000

/** `{ 'image/svg+xml': … }`; nothing where the specification cannot be drawn here, or the picture would be large. */
export async function renderStatic(spec: Spec, mime: string): Promise<{ 'image/svg+xml'?: string }> {
  try {
    const svg = shorten(await drawSvg(spec, mime))
    return svg.length > maxLength ? {} : { 'image/svg+xml': svg }
  } catch {
    // The renderer of the client says what is wrong with the specification, in the place of the plot.
    return {}
  }
}

async function drawSvg(spec: Spec, mime: string): Promise<string> {
  const vega = await import('vega')
  const silent = vega.logger(vega.None)
  const compiled = mime === vegaLiteMime ? await compileLite(spec, silent) : spec
  const loader = vega.loader()
  let refused: string | undefined
  const refuse = (uri: string) => Promise.reject(new Error((refused = `its data lies at ${uri}`)))
  const view = new vega.View(vega.parse(compiled as never, { background: 'white' }), {
    renderer: 'none',
    loader: { ...loader, load: refuse },
    logger: silent,
  })
  try {
    await view.runAsync()
    // Vega goes on without the data; a picture without it would be wrong.
    if (refused !== undefined) throw new Error(refused)
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

async function compileLite(spec: Spec, logger: unknown): Promise<object> {
  const { compile } = await import('vega-lite')
  // Every mark would be described in words otherwise, several times the length of the mark.
  const config = { aria: false, ...(spec['config'] as object | undefined) }
  return compile(
    { ...spec, width: fixed(spec, 'width', 480), height: fixed(spec, 'height', 280), config } as never,
    {
      logger: logger as never,
    },
  ).spec
}

/** There is no page whose width could be filled. */
function fixed(spec: Spec, name: string, pixels: number): unknown {
  return spec[name] === 'container' ? pixels : spec[name]
}

/** A hundredth of a pixel is never seen. */
function shorten(svg: string): string {
  return svg.replaceAll(/<[^>]+>/g, tag => tag.replaceAll(/(\.\d\d)\d+/g, '$1'))
}
