"""The one way an asset fails."""


class AssetError(Exception):
    """An asset is not to be had. The message is one sentence naming it and the sources tried."""
