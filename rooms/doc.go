// Package rooms computes what the rooms show. A room is a page in which a reader moves a control and sees the library's own numbers: the same Go
// code as in a lesson or on the command line, compiled to WebAssembly (folder wasm) and drawn by the page (folder site).
//
// A page asks by name and with JSON, and so does a test, natively:
//
//	s, err := rooms.New()
//	answer, err := s.Call(ctx, rooms.Request{Name: "groups", Arguments: []byte(`{"channels": 64, "groups": 4}`)})
//
// What a page has opened (a network, a photograph) stays in its [Session]. Each room is one file: groups.go has the arguments, the answer and the
// computation of the room "groups".
package rooms
