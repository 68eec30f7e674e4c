#!/bin/sh
# What Parley needs from the system around it. What is missing is named in one line, with the command that installs it.
#
#   system.sh venv FOLDER PYTHON   make a virtual environment, unless there is one that works
#   system.sh opencv PYTHON        see that OpenCV finds its libraries
#   system.sh core PYTHON          install those libraries
#   system.sh node                 see that there is a Node.js to check the browser's modules with
#   system.sh tests PYTHON         install them, and what the tests drive: browsers, a TURN server and a proxy
set -eu

fail() {
    echo "Parley: $*" >&2
    exit 1
}

has() {
    command -v "$1" >/dev/null 2>&1
}

LIBRARIES="libgl1 libglib2.0-0"
if [ "$(id -u)" = 0 ]; then sudo=""; else sudo="sudo "; fi

# how PACKAGES FORMULA: the command that installs them, by apt or by Homebrew.
how() {
    if has apt-get; then
        echo "${sudo}apt-get install $1"
    elif has brew; then
        echo "brew install $2"
    else
        echo "your system's package manager ($1)"
    fi
}

make_venv() {
    has "$2" || fail "there is no $2. Install it: $(how "python3 python3-venv" python@3.11)"
    "$2" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "$("$2" --version 2>&1) is too old. Install another: $(how "python3.11 python3.11-venv" python@3.11)" \
            "- then name it: make run PYTHON=python3.11"
    "$2" -c 'import ensurepip, venv' 2>/dev/null || {
        package=$("$2" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        fail "$2 cannot make virtual environments. Install what it lacks: $(how "$package" python@3.11)"
    }
    "$1/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        "$2" -m venv --clear "$1"
}

check_opencv() {
    error=$("$1" -c 'import cv2' 2>&1) ||
        fail "OpenCV cannot start: $(echo "$error" | tail -n 1). Install its libraries: $(how "$LIBRARIES" opencv)"
}

check_node() {
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && has npm ||
        fail "the browser's modules are checked with Node.js 20 or newer, and npm. Install them: $(how "nodejs npm" node)"
}

missing=""

miss_libraries() {
    "$1" -c 'import cv2' 2>/dev/null || missing="$missing $LIBRARIES"
}

miss_programs() {
    # Debian's Chromium without windows: the same pages, for a fifth less of the processor.
    has "${PARLEY_CHROMIUM:-chromium-headless-shell}" || has chromium || missing="$missing chromium-headless-shell"
    has "${PARLEY_FIREFOX:-firefox-esr}" || has firefox || missing="$missing firefox-esr"
    has turnserver || missing="$missing coturn"
    has nginx || [ -x /usr/sbin/nginx ] || missing="$missing nginx"
}

# Install what is missing, or say what it is.
install_missing() {
    missing=${missing# }
    [ -n "$missing" ] || return 0
    has apt-get && apt_get install -y --no-install-recommends $missing || fail_tests
    # Debian starts what it installs, open to everybody. The tests start their own.
    for service in coturn nginx; do
        case $missing in *$service*) as_root systemctl disable --now $service >/dev/null 2>&1 || true ;; esac
    done
}

fail_tests() {
    other="" formulas=""
    case $missing in *coturn*) formulas=" coturn" ;; esac
    case $missing in *nginx*) formulas="$formulas nginx" ;; esac
    case $missing in *firefox*) formulas="$formulas firefox" ;; esac
    case $missing in *chromium*)
        other=" - or name another browser: PARLEY_CHROMIUM=/path/to/it"
        formulas="$formulas chromium"
        ;;
    esac
    fail "the tests need $missing. Install it: $(how "$missing" "${formulas# }")$other"
}

apt_get() {
    as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@"
}

as_root() {
    if [ -z "$sudo" ]; then "$@"; else sudo -n "$@"; fi
}

case ${1:-} in
    venv) make_venv "$2" "$3" ;;
    opencv) check_opencv "$2" ;;
    node) check_node ;;
    core) miss_libraries "$2"; install_missing ;;
    tests) miss_libraries "$2"; miss_programs; install_missing ;;
    *) fail "usage: system.sh venv FOLDER PYTHON | opencv PYTHON | node | core PYTHON | tests PYTHON" ;;
esac
