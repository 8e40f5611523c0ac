"""Task programs as jobs and job arrays of a Slurm cluster, through slurmrestd."""
