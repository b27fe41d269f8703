// Judges histories by Porcupine, for comparison with `schism check` on the same files in the same run.
//
//	porcupine-check -model cas-register|register|kv-append -timeout 20s FILE|FOLDER...
//
// It reads histories the way schism does by default: what failed did not happen, a read of nil says
// nothing, what was not seen to end may take effect until the end. Prints JSON.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

const none = -1 << 40

type input struct {
	op       byte // r, w, c, g(et), p(ut), a(ppend)
	key      string
	from, to int
	text     string
}

type output struct {
	unknown bool
	value   int
	text    string
}

var seed = maphash.MakeSeed()

var register = porcupine.Model{
	Hash: func(state interface{}) uint64 { return uint64(state.(int)) * 0x9e3779b97f4a7c15 },
	Init: func() interface{} { return none },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		i, o, s := in.(input), out.(output), state.(int)
		switch i.op {
		case 'r':
			return o.unknown || o.value == s, s
		case 'w':
			return true, i.to
		}
		if s == i.from {
			return true, i.to
		}
		return o.unknown, s
	},
}

var kvAppend = porcupine.Model{
	PartitionEvent: func(history []porcupine.Event) [][]porcupine.Event {
		parts := map[string][]porcupine.Event{}
		keys := map[int]string{}
		for _, event := range history {
			if event.Kind == porcupine.CallEvent {
				keys[event.Id] = event.Value.(input).key
			}
			key := keys[event.Id]
			parts[key] = append(parts[key], event)
		}
		var all [][]porcupine.Event
		for _, part := range parts {
			all = append(all, part)
		}
		return all
	},
	Init: func() interface{} { return "" },
	Hash: func(state interface{}) uint64 { return maphash.String(seed, state.(string)) },
	Step: func(state, in, out interface{}) (bool, interface{}) {
		i, o, s := in.(input), out.(output), state.(string)
		switch i.op {
		case 'g':
			return o.unknown || o.text == s, s
		case 'p':
			return true, i.text
		}
		return true, s + i.text
	},
}

// One line of a log, as `process :type :f value` or Porcupine's key-value map.
type line struct {
	process int
	kind, f string
	value   string
	key     string
}

func parseLine(text string) (line, bool) {
	if strings.HasPrefix(text, "{:process ") {
		return parseMap(text)
	}
	at := strings.Index(text, "- ")
	if at < 0 {
		return line{}, false
	}
	fields := strings.SplitN(text[at+2:], "\t", 4)
	if len(fields) < 4 {
		return line{}, false
	}
	process, err := strconv.Atoi(fields[0])
	return line{process, fields[1], fields[2], fields[3], ""}, err == nil
}

func parseMap(text string) (line, bool) {
	field := func(name string) string {
		at := strings.Index(text, name)
		if at < 0 {
			return ""
		}
		rest := text[at+len(name):]
		if strings.HasPrefix(rest, "\"") {
			return rest[1 : 1+strings.IndexByte(rest[1:], '"')]
		}
		return rest[:strings.IndexAny(rest, ",}")]
	}
	process, err := strconv.Atoi(field(":process "))
	return line{process, field(":type "), field(":f "), field(":value "), field(":key ")}, err == nil
}

func inputOf(l line) input {
	switch l.f {
	case ":read":
		return input{op: 'r'}
	case ":write":
		to, _ := strconv.Atoi(l.value)
		return input{op: 'w', to: to}
	case ":cas":
		pair := strings.Fields(strings.Trim(l.value, "[]"))
		from, _ := strconv.Atoi(pair[0])
		to, _ := strconv.Atoi(pair[1])
		return input{op: 'c', from: from, to: to}
	case ":get":
		return input{op: 'g', key: l.key}
	case ":put":
		return input{op: 'p', key: l.key, text: l.value}
	}
	return input{op: 'a', key: l.key, text: l.value}
}

func outputOf(l line) output {
	if l.value == "nil" {
		return output{unknown: true}
	}
	if l.f == ":read" {
		value, _ := strconv.Atoi(l.value)
		return output{value: value}
	}
	return output{text: l.value}
}

func events(text []byte) []porcupine.Event {
	var lines []line
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			end = len(text) - 1
		}
		if l, ok := parseLine(strings.TrimRight(string(text[:end+1]), "\n")); ok {
			lines = append(lines, l)
		}
		text = text[end+1:]
	}
	// What failed did not happen: its call is left out too.
	failed := map[int]bool{}
	open := map[int]int{}
	for at, l := range lines {
		if l.kind == ":invoke" {
			open[l.process] = at
		} else if l.kind == ":fail" {
			failed[open[l.process]] = true
		}
	}
	var all []porcupine.Event
	ids := map[int]int{}
	for at, l := range lines {
		switch {
		case l.kind == ":invoke" && !failed[at]:
			ids[l.process] = at
			all = append(all, porcupine.Event{ClientId: l.process, Kind: porcupine.CallEvent, Value: inputOf(l), Id: at})
		case l.kind == ":ok":
			all = append(all, porcupine.Event{ClientId: l.process, Kind: porcupine.ReturnEvent, Value: outputOf(l), Id: ids[l.process]})
			delete(ids, l.process)
		}
	}
	for process, id := range ids {
		all = append(all, porcupine.Event{ClientId: process, Kind: porcupine.ReturnEvent, Value: output{unknown: true}, Id: id})
	}
	return all
}

func main() {
	started := time.Now()
	model := flag.String("model", "cas-register", "")
	timeout := flag.Duration("timeout", 20*time.Second, "")
	flag.Parse()
	var files []string
	for _, path := range flag.Args() {
		_ = filepath.Walk(path, func(file string, info os.FileInfo, err error) error {
			if err == nil && !info.IsDir() {
				files = append(files, file)
			}
			return err
		})
	}
	sort.Strings(files)
	type result struct {
		File    string  `json:"file"`
		Verdict string  `json:"verdict"`
		Ms      float64 `json:"ms"`
	}
	var results []result
	for _, file := range files {
		from := time.Now()
		text, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		of := register
		if *model == "kv-append" {
			of = kvAppend
		}
		verdict := map[porcupine.CheckResult]string{porcupine.Ok: "pass", porcupine.Illegal: "fail", porcupine.Unknown: "unknown"}[porcupine.CheckEventsTimeout(of, events(text), *timeout)]
		results = append(results, result{file, verdict, float64(time.Since(from).Microseconds()) / 1000})
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]interface{}{"files": results, "ms": float64(time.Since(started).Microseconds()) / 1000})
}
