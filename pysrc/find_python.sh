# Prints the path of a Python 3.12 that works. A version manager's shim may answer to the name and fail, so each candidate runs.
tried=""
for candidate in \
  ${PYTHON312:+"$PYTHON312"} python3.12 python3 python \
  "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.12.*/bin/python3.12 \
  "${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}"/cpython-3.12*/bin/python3.12 \
  "$HOME"/.asdf/installs/python/3.12.*/bin/python3.12 \
  "$HOME"/.local/share/mise/installs/python/3.12*/bin/python3.12 \
  /opt/homebrew/bin/python3.12 /usr/local/bin/python3.12 /opt/python/cp312-cp312/bin/python3.12 \
  /Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12
do
  found=$(command -v "$candidate" 2>/dev/null) || continue
  if "$found" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 12))' >/dev/null 2>&1; then
    "$found" -c 'import sys; print(sys.executable)'
    exit 0
  fi
  tried="$tried $found"
done
if [ -n "$tried" ]; then why="these answer but are not it:$tried"; else why="no python3.12, python3 or python is there"; fi
echo "Python 3.12 with its venv module is needed; $why. Install it, or name it: make PYTHON312=/path/to/python3.12" >&2
exit 1
