#!/usr/bin/env node
// Starts the built program: checks the version of Node (an old one must still be able to read this file, or runs the
// package's own Node where that is installed), finds the folder for caches, and starts the program with dist/start.cjs.
// CommonJS, as the built program is: `import` of Node's own modules alone takes half of the time to start.

'use strict'

const fs = require('node:fs')
const path = require('node:path')

const program = path.join(__dirname, '../dist/start.cjs')

if (isTooOld(process.versions.node)) {
  runOwnNode()
} else if (!fs.existsSync(program)) {
  console.error('ktool: the program is not built\n  run `npm run build` in the folder of the package')
  process.exitCode = 2
} else {
  require(program).start(cacheFolder(), process.argv.slice(2))
}

function isTooOld(version) {
  const numbers = version.split('.').map(Number)
  return numbers[0] < 22 || (numbers[0] === 22 && numbers[1] < 15)
}

/** Where the user's programs keep what can be made again; undefined where nothing is to be kept. */
function cacheFolder() {
  const env = process.env
  if (env.NODE_DISABLE_COMPILE_CACHE) return undefined
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'ktool')
  if (process.platform === 'win32') return env.LOCALAPPDATA && path.join(env.LOCALAPPDATA, 'ktool', 'cache')
  if (!env.HOME) return undefined
  return path.join(env.HOME, process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'ktool')
}

function runOwnNode() {
  const own = path.join(__dirname, '../node_modules/node/bin/node')
  if (!fs.existsSync(own)) {
    console.error(
      'ktool: needs Node 22.15 or newer, this is ' +
        process.versions.node +
        '\n  install a newer one: https://nodejs.org',
    )
    process.exitCode = 2
    return
  }
  const child = require('node:child_process').spawn(own, [__filename].concat(process.argv.slice(2)), {
    stdio: 'inherit',
  })
  // A terminal sends Ctrl-C to both, `kill` sends to this one alone. So it goes on as SIGTERM, which is the same wish to the
  // child; only the second signal of one kind ends it at once. On Windows there is only the console, and kill() is no wish.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => process.platform === 'win32' || child.kill('SIGTERM'))
  }
  child.on('exit', (code) => {
    process.exitCode = code === null ? 1 : code
  })
}
