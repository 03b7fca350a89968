package main

import "resnetlab/kernels"

type kernelCommands struct {
	Install   kernelInstall   `cmd:"" help:"Install the kernel: into the .venv of the source checkout, into the environment of --prefix, or with --user for this user's Jupyter."`
	Doctor    kernelDoctor    `cmd:"" help:"Check whether the kernel can start and compile a cell."`
	Uninstall kernelUninstall `cmd:"" help:"Remove the kernel."`
}

// kernelPlace says where the kernel is installed.
type kernelPlace struct {
	Prefix string `help:"Python environment that holds the kernel." placeholder:"DIR"`
	User   bool   `help:"Use this user's Jupyter folder."`
}

// dir returns the kernel's folder.
func (k kernelPlace) dir() (string, error) {
	dir, err := kernels.Dir(k.Prefix, k.User)
	return dir, usage(err)
}

type kernelInstall struct{ kernelPlace }

func (k *kernelInstall) Run() error {
	root, err := kernels.Root()
	if err != nil {
		return badInput(err)
	}
	dir, err := k.dir()
	if err != nil {
		return err
	}
	if err := kernels.Install(dir, root); err != nil {
		return err
	}
	return printPath(dir)
}

type kernelDoctor struct {
	kernelPlace
	JSON bool `name:"json" help:"Print JSON."`
}

func (k *kernelDoctor) Run() error {
	dir, err := k.dir()
	if err != nil {
		return err
	}
	checks := kernels.Doctor(dir)
	if k.JSON {
		return printJSON(struct {
			Schema int             `json:"schema"`
			Checks []kernels.Check `json:"checks"`
		}{1, checks})
	}
	for _, check := range checks {
		if err := printCheck(check.OK, check.Name, check.Found, check.Do); err != nil {
			return err
		}
	}
	return nil
}

type kernelUninstall struct{ kernelPlace }

func (k *kernelUninstall) Run() error {
	dir, err := k.dir()
	if err != nil {
		return err
	}
	return kernels.Uninstall(dir)
}
