"""`python -m castanea`: the same as `castanea`."""

from castanea.app import main

main()
