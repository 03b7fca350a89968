package rooms

// calls are the computations that a page can ask for. The name of a room is that of its main computation.
var calls = map[string]func(*call) (any, error){
	"block":  handler(block),
	"groups": handler(groups),
	"race":   handler(race),
}
