#!/bin/sh
# Answers with nonsense.
exec /usr/bin/head -c 100000 /dev/urandom
