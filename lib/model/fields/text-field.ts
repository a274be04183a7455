import { CharFieldType } from './char-field';

/** Long text, of several lines perhaps: to the store the same as {@link CharFieldType}. */
export class TextFieldType extends CharFieldType {}
