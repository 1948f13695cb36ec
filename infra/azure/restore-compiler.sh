#!/usr/bin/env bash
# Brings the Bicep compiler that compiler.csproj names into NuGet's cache, for test/unit/azure. Never fails: where .NET or
# NuGet cannot be had it says so in one line, and those tests are skipped.
set -uo pipefail
project=$(dirname "$0")/compiler.csproj
if ! command -v dotnet >/dev/null; then
  echo "The Bicep compiler is not restored: there is no dotnet on this machine."
  exit 0
fi
intermediate=$(mktemp -d)
trap 'rm -rf "$intermediate"' EXIT
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
timeout 300 dotnet restore "$project" -p:BaseIntermediateOutputPath="$intermediate/" >"$intermediate/log" 2>&1 ||
  echo "The Bicep compiler is not restored: NuGet did not give it ($(grep -om1 'NU[0-9]*\|error.*' "$intermediate/log" || echo 'it took over 300 s'))."
exit 0
