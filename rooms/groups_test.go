package rooms

import (
	"encoding/json"
	"slices"
	"testing"
)

// Parameters and multiply-adds are those of the closed form, and the measured time is one.
func TestGroupsCost(t *testing.T) {
	for _, g := range []int{1, 4, 32} {
		arguments, _ := json.Marshal(GroupsArguments{Channels: 32, Groups: g})
		answer, err := askText(t, "groups", string(arguments))
		if err != nil {
			t.Fatal(err)
		}
		got := answer.Value.(GroupsAnswer)
		params := 32 * 32 / g * 9
		if got.Grouped.Params != params || got.Grouped.MACs != params*28*28 || got.Dense.Params != 32*32*9 || got.Grouped.Milliseconds <= 0 {
			t.Errorf("%d groups: %+v, want %d parameters", g, got, params)
		}
		if want := []int{32, 32 / g, 3, 3}; !slices.Equal(got.Grouped.Weight, want) {
			t.Errorf("weight %v, want %v", got.Grouped.Weight, want)
		}
	}
}
