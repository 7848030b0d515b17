"""Services of menu files: upload, mapping, confirmation, and the import in the background."""

from menu.files.services.importing import import_due, import_file, run_import
from menu.files.services.uploading import confirm_import, map_columns_of, say_meanings, upload_menu

__all__ = ["confirm_import", "import_due", "import_file", "map_columns_of", "run_import", "say_meanings", "upload_menu"]
