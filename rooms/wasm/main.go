//go:build js && wasm

// Command wasm is the program that the rooms run in a Web Worker: it gives JavaScript one function, resnetlabCall, over [rooms.Session.Call].
//
//	resnetlabCall(name, arguments, files, progress) -> Promise of {json, buffers}
//
// name and arguments are strings (arguments is JSON), files is an array of {name, bytes: Uint8Array}, progress is a function of a JSON string.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"syscall/js"

	"resnetlab/rooms"
)

// memoryLimit is what the collector aims at, in bytes. A page must stay below 512 MB.
const memoryLimit = 256 << 20

func main() {
	debug.SetMemoryLimit(memoryLimit)
	session, err := rooms.New()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	js.Global().Set("resnetlabCall", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return promise(func() (js.Value, error) { return answer(session, args) })
	}))
	select {} // until the worker is terminated
}

// promise runs f in a goroutine and returns JavaScript's Promise of its result.
func promise(f func() (js.Value, error)) js.Value {
	executor := js.FuncOf(func(_ js.Value, args []js.Value) any {
		resolve, reject := args[0], args[1]
		go func() {
			if v, err := f(); err != nil {
				reject.Invoke(err.Error())
			} else {
				resolve.Invoke(v)
			}
		}()
		return nil
	})
	defer executor.Release()
	return js.Global().Get("Promise").New(executor)
}

// answer makes a request of JavaScript's values, and a JavaScript value of its answer.
func answer(session *rooms.Session, args []js.Value) (js.Value, error) {
	r := rooms.Request{Name: args[0].String(), Arguments: []byte(args[1].String())}
	for i := range args[2].Length() {
		file := args[2].Index(i)
		content := make([]byte, file.Get("bytes").Length())
		js.CopyBytesToGo(content, file.Get("bytes"))
		r.Files = append(r.Files, rooms.File{Name: file.Get("name").String(), Content: content})
	}
	r.Progress = func(part any) {
		if text, err := json.Marshal(part); err == nil { // what cannot be encoded fails as the answer, too
			args[3].Invoke(string(text))
		}
	}
	a, err := session.Call(context.Background(), r)
	if err != nil {
		return js.Undefined(), err
	}
	text, err := json.Marshal(a.Value)
	if err != nil {
		return js.Undefined(), fmt.Errorf("encoding the answer of %s: %w", r.Name, err)
	}
	buffers := make([]any, len(a.Buffers))
	for i, b := range a.Buffers {
		array := js.Global().Get("Uint8Array").New(len(b))
		js.CopyBytesToJS(array, b)
		buffers[i] = array
	}
	return js.ValueOf(map[string]any{"json": string(text), "buffers": buffers}), nil
}
