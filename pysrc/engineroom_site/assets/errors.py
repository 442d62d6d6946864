"""The ways an asset fails."""


class AssetError(Exception):
    """An asset is not to be had. The message is one sentence naming it and the sources tried."""


class Unavailable(Exception):
    """One source does not have it, or cannot be reached. The message is a clause."""
