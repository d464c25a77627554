/** The codec `model`: a folder with the model's ONNX file, its card and its fitted parameters. */
import { LibraryError } from '../errors.ts'
import { isTrainedModel, loadTrainedModel, type TrainedModel } from '../model/trained-model.ts'
import type { Codec } from './codec.ts'

export const modelCodec: Codec<TrainedModel> = {
  name: 'model',
  extension: '',
  fits: isTrainedModel,
  async write(value, path) {
    if (!isTrainedModel(value))
      throw new LibraryError('LIB201', 'Expected a trained model for the codec model. Was `await` forgotten?')
    await value.save(path)
  },
  read: loadTrainedModel,
}
