"""What can go wrong, by name. Every message says what was wrong, where, and what would be right."""


class EngineRoomError(Exception):
    """The family all errors of this library belong to."""


class ShapeError(EngineRoomError, ValueError):
    """Arrays whose shapes do not fit the equation."""


class DTypeError(EngineRoomError, TypeError):
    """An argument that is no array, or an array of the wrong kind of number."""


class VocabularyError(EngineRoomError, ValueError):
    """A vocabulary, or a vocabulary file, that cannot be used, or one that cannot be made as asked."""


class TextError(EngineRoomError, ValueError):
    """A text that cannot be tokenized as asked; the message says at which character."""


class UnknownToken(EngineRoomError, LookupError):
    """An id, or a piece, that the vocabulary does not have."""


class UnknownAsset(EngineRoomError, LookupError):
    """A model or file name that is not in the index of the data folder."""


class CorruptAsset(EngineRoomError, ValueError):
    """Bytes that are not what the index promised, or that cannot be read."""


class DownloadError(EngineRoomError, OSError):
    """A file that could not be fetched; running the cell again tries again."""


class MissingTensor(EngineRoomError, LookupError):
    """A checkpoint or parameter dict without an array the equation needs."""


class UnsupportedConfig(EngineRoomError, ValueError):
    """A checkpoint of an architecture this library does not have."""


class TapeError(EngineRoomError, RuntimeError):
    """What cannot be differentiated as asked: there is no rule for it, its record is used up, or an array was written to."""
