"""Everything the build downloads: named in manifest.toml, fetched once, verified always."""

from engineroom_site.assets.errors import AssetError

__all__ = ["AssetError"]
